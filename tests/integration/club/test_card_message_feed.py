"""Card messages over a line and from files: answered once committed, and once only."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connections

from card_messages import MASKED, PAN, a_message, a_reversal
from oferta.core.decisions import models as decided
from oferta.core.ledger import queries as ledger
from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer
from oferta.services.club import enrolment
from oferta.services.club.errors import FileUnreadable
from oferta.services.club.feeds import files, spec, taking
from oferta.services.club.feeds.listener import FRAME_MAX, Listener, framed
from oferta.services.club.models import EarlyRefund, Member, Payment, Terminal
from oferta.services.club.payments_file import read_payments

NOW = datetime(2026, 5, 16, 8, tzinfo=UTC)
AT = NOW - timedelta(hours=1)
EACH = 10_00  # 1% of 1,000 tenge


def join() -> None:
    party = parties.register_customers([NewCustomer(key="anna")], now=NOW)["anna"]
    enrolment.enrol(party, MASKED)
    Terminal.objects.create(code="TERM0001", owner="bank", channel="pos", merchant="magnum")


def balance() -> int:
    return ledger.account(Member.objects.get().account_id).balance


def codes(frames: list[bytes]) -> list[str]:
    return [files.code_in(one) for one in taking.answers(frames, now=NOW)]


@pytest.mark.django_db
def test_a_payment_an_advice_of_it_and_a_repetition_are_one_payment() -> None:
    join()
    first, advice = a_message(1, at=AT), a_message(1, at=AT, kind="0220")
    assert codes([first, first, advice]) == ["00", "00", "00"]
    assert codes([advice]) == ["00"]
    assert balance() == EACH
    assert codes([a_message(1, at=AT, f4="000000200000")]) == [spec.SENT_OTHERWISE]
    assert codes([a_message(2, at=AT, f2="4400120000000002")]) == [spec.NO_SUCH_CARD]
    assert not Payment.objects.filter(card__contains=PAN).exists()


@pytest.mark.django_db
def test_a_reversal_takes_all_back_and_one_that_comes_first_waits() -> None:
    join()
    assert codes([a_message(1, at=AT), a_reversal(5, 1, at=AT, kind="0420")]) == ["00", "00"]
    assert balance() == 0
    assert codes([a_reversal(6, 2, at=AT)]) == ["00"]
    assert EarlyRefund.objects.count() == 1
    assert codes([a_message(2, at=AT)]) == ["00"]
    assert (balance(), EarlyRefund.objects.count()) == (0, 0)
    assert ledger.verify().ok


@pytest.mark.django_db
def test_a_file_of_messages_is_taken_in_and_again_changes_nothing(tmp_path: Path) -> None:
    join()
    echo = a_message(9, at=AT, kind="0800", f2="", f3="", f4="", f70="301")
    whole = tmp_path / "messages"
    frames = [*(a_message(n, at=AT) for n in range(5)), echo, b"no message"]
    whole.write_bytes(b"".join(map(framed, frames)))
    assert files.take_file(whole, now=NOW) == {"00": 6, "30": 1}
    assert files.take_file(whole, now=NOW) == {"00": 6, "30": 1}
    assert balance() == 5 * EACH
    whole.write_bytes(framed(a_message(7, at=AT)) + b"\x00\xffhalf")
    with pytest.raises(FileUnreadable):
        files.take_file(whole, now=NOW)
    assert balance() == 6 * EACH, "what stood before the break counts"


@pytest.mark.parametrize("kind", ["DECIMAL(12, 2)", "VARCHAR", "DOUBLE"])
def test_a_parquet_file_is_read_as_the_same_rows_as_csv(tmp_path: Path, kind: str) -> None:
    csv = Path("samples/card-payments-2017.csv.gz")
    made = tmp_path / "payments.parquet"
    with duckdb.connect() as database:
        database.execute(
            "COPY (SELECT * REPLACE (CAST(amount AS " + kind + ") AS amount) FROM"
            f" read_csv('{csv}', all_varchar = true) LIMIT 3000) TO '{made}'"
            " (FORMAT parquet, ROW_GROUP_SIZE 1024)"
        )
    if kind == "DOUBLE":
        with pytest.raises(FileUnreadable, match="DOUBLE"):
            list(read_payments(made))
        return
    expected = [one[1:] for _, one in zip(range(3000), read_payments(csv), strict=False)]
    assert [one[1:] for one in read_payments(made)] == expected


def _serve(told: Any) -> None:
    """Listen in a process of its own, with its own connection to the test's database."""
    for one in connections.all():
        one.inc_thread_sharing()
        one.connection = None  # the parent's; closing it would close theirs
    asyncio.run(Listener(lambda: NOW).serve("127.0.0.1", 0, told.put))


def _started() -> tuple[Any, int]:
    fork = multiprocessing.get_context("fork")
    told = fork.Queue()
    process = fork.Process(target=_serve, args=(told,), daemon=True)
    connections.close_all()
    process.start()
    return process, told.get(timeout=30)


def _answers(port: int, frames: list[bytes], wanted: int) -> list[str]:
    """Send all frames and return the codes of as many answers as come, up to what is wanted."""
    found: list[str] = []
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        sending = threading.Thread(target=lambda: line.sendall(b"".join(map(framed, frames))))
        sending.start()
        stream = line.makefile("rb")
        while len(found) < wanted and len(head := stream.read(2)) == 2:
            found.append(files.code_in(stream.read(int.from_bytes(head))))
        sending.join()
    return found


def test_killed_in_the_middle_and_sent_again_each_payment_has_one_effect(fresh_db: str) -> None:
    """At least once: what was not answered is sent again, and so is what was."""
    join()
    frames = [a_message(n, at=AT) for n in range(900)]
    process, port = _started()
    early = _answers(port, frames, 200)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert early == ["00"] * 200
    between = Payment.objects.count()
    assert between >= 200, "what was answered is on file"
    process, port = _started()
    try:
        assert _answers(port, frames, 900) == ["00"] * 900
        assert _answers(port, [b"\x00", a_message(1, at=AT)], 2) == ["30", "00"]
        too_long = [bytes(FRAME_MAX + 1)]
        assert _answers(port, too_long, 2) == ["30"], "and the line is closed"
    finally:
        process.kill()
        process.join()
    assert Payment.objects.count() == 900
    assert decided.Decision.objects.filter(key__startswith="club/payment/").count() == 1800
    assert balance() == 900 * EACH
    assert ledger.verify().ok
