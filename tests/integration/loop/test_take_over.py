"""A worker that was killed leaves nothing undone."""

from __future__ import annotations

import json
from pathlib import Path

from django.db import connection
from loop_builders import NOW, a_customer, a_payment, a_purse
from procrastinate.contrib.django import app

from oferta.core.decisions import actions
from oferta.core.notices import channels
from oferta.project.tasks import TAKE_OVER

KILLED_WHILE_DELIVERING = """
WITH dead AS (
  INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '10 minutes')
  RETURNING id
)
UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id
FROM dead WHERE task_name = 'notices.deliver'
"""


def test_what_a_killed_worker_was_delivering_is_delivered_by_another(
    fresh_db: str, tmp_path: Path
) -> None:
    channels.connect({"email": channels.Folder("email", tmp_path)})
    party = a_customer("kk", email="aigul@example.test")
    actions.decide(a_payment(party, context=a_purse()), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(KILLED_WHILE_DELIVERING)
        assert cursor.rowcount == 1

    run_worker()
    assert list(tmp_path.iterdir()) == [], "its job is still marked as being done"

    app.configure_task(TAKE_OVER).defer(timestamp=0)
    run_worker()
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text(encoding="utf-8"))["to"] == "aigul@example.test"


def run_worker() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(
            queues=["notices", "outbox"],
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
        )
