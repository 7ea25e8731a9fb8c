"""The worker takes the outbox's jobs and the customer gets what was written."""

from __future__ import annotations

import json
from pathlib import Path

from loop_builders import NOW, a_customer, a_payment, a_purse
from procrastinate.contrib.django import app

from oferta.core.decisions import actions
from oferta.core.notices import channels, models


def test_what_a_payment_earned_reaches_the_customer_through_the_worker(
    fresh_db: str, tmp_path: Path
) -> None:
    channels.connect({"email": channels.Folder("email", tmp_path)})
    party = a_customer("ru", email="anna@example.test")
    actions.decide(a_payment(party, context=a_purse()), now=NOW)
    assert models.Delivery.objects.count() == 0, "nothing is sent by the one who decides"

    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(
            queues=["notices"], wait=False, listen_notify=False, install_signal_handlers=False
        )

    (file,) = tmp_path.iterdir()
    sent = json.loads(file.read_text(encoding="utf-8"))
    assert sent["to"] == "anna@example.test"
    assert "Один процент на кассе" in sent["body"]
    assert set(models.Delivery.objects.values_list("channel", "state")) == {
        ("inbox", "delivered"),
        ("email", "delivered"),
    }
