"""A payment that cannot be is refused by itself: it neither stops nor changes the others."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from club_builders import a_person, at, balance, paid, take

from card_messages import MASKED, a_message
from oferta.core.decisions.types import Status
from oferta.services.club import actions, enrolment, redeeming
from oferta.services.club.errors import BadRedemption, FileUnreadable
from oferta.services.club.feeds import files, listener, spec, taking
from oferta.services.club.feeds.listener import Listener
from oferta.services.club.mapping import load_mapping
from oferta.services.club.paying import Paid
from oferta.services.club.redeeming import Bill

pytestmark = pytest.mark.django_db
NOW = at("2024-10-20")
HEADER = "date,amount,original_currency,merchant,card,category\n"
GOOD = "2017-01-03,10.00,,aldi,*3088,Food\n"


def changed(**told: Any) -> Paid:
    one = paid("bad", "2024-10-10", 1_000)
    values = {name: getattr(one, name) for name in Paid.__dataclass_fields__}
    return Paid(**{**values, **told})


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"merchant": "a\0b"}, "club.bad_payment"),
        ({"merchant": "a\x1fb"}, "club.bad_payment"),
        ({"merchant": "a\0b", "amount": -5}, "club.bad_payment"),
        ({"merchant": "m" * 501}, "club.bad_payment"),
        ({"merchant": "\ud800"}, "club.bad_payment"),
        ({"card": "card\0"}, "club.bad_payment"),
        ({"id": "\ud800"}, "club.bad_payment"),
        ({"refund_of": "\udc00", "amount": -5}, "club.bad_payment"),
        ({"partner": "p" * 61}, "club.bad_payment"),
        ({"amount": 2**63}, "club.bad_payment"),
        ({"amount": -(2**63)}, "club.bad_payment"),
        ({"paid_at": datetime(2024, 10, 10)}, "club.bad_payment"),  # noqa: DTZ001 - that is it
        ({"paid_at": datetime(1, 1, 1, tzinfo=UTC), "amount": -5}, "club.bad_payment"),
        ({"paid_at": datetime(9999, 12, 31, 23, tzinfo=UTC)}, "club.bad_payment"),
        ({"paid_at": datetime(9998, 6, 1, tzinfo=UTC)}, "club.bad_payment"),
        ({"paid_at": datetime(2016, 6, 1, tzinfo=UTC)}, "terms.not_in_force"),
        ({"paid_at": datetime(2016, 6, 1, tzinfo=UTC), "amount": -5}, "terms.not_in_force"),
    ],
)
def test_one_that_cannot_be_is_refused_and_the_others_of_its_batch_are_not(
    told: dict[str, Any], code: str
) -> None:
    anna = a_person()
    enrolment.enrol(anna, "card-1")
    enrolment.enrol(anna, "card\ufffd")
    good, bad, more = take(
        paid("p1", "2024-10-10", 1_000),
        changed(**told),
        paid("p2", "2024-10-11", 1_000),
        now=NOW,
    )
    assert (good.status, more.status) == (Status.DECIDED, Status.DECIDED)
    assert bad.status is Status.REJECTED
    assert bad.error is not None
    assert bad.error.code == code
    assert balance(anna) == 20


@pytest.mark.parametrize(
    "row",
    [
        "2017-01-04,10.00,,al\0di,*3088,Food\n",
        "2017-01-04,-10.00,,al\x1fdi,*3088,Food\n",
        "2017-01-04,١٠.00,,aldi,*3088,Food\n",
        "2017-01-04,10.00,,aldi,*٣٠٨٨,Food\n",
        "9999-12-31,10.00,,aldi,*3088,Food\n",
        "0001-01-01,-10.00,,aldi,*3088,Food\n",
    ],
)
def test_a_row_that_cannot_be_is_listed_and_the_rest_go_on(tmp_path: Path, row: str) -> None:
    file = tmp_path / "payments.csv"
    file.write_text(HEADER + row + GOOD, encoding="utf-8")
    intake = actions.read_file(file)
    report = actions.replay(intake, load_mapping(Path("samples/club-mapping.yaml")), now=NOW)
    assert [one.line for one in report.bad_rows] == [2]
    assert (report.decided_now, report.failed) == (1, {})


def test_a_refund_of_a_day_without_terms_is_told_and_the_rest_go_on(tmp_path: Path) -> None:
    """BC-69: nobody knows what was promised for that day."""
    file = tmp_path / "payments.csv"
    file.write_text(HEADER + "2016-12-31,-10.00,,aldi,*3088,Food\n" + GOOD, encoding="utf-8")
    mapping = load_mapping(Path("samples/club-mapping.yaml"))
    report = actions.replay(actions.read_file(file), mapping, now=NOW)
    assert report.decided_now == 1
    ((_, why),) = report.failed.items()
    assert "terms.not_in_force" in why


def test_a_damaged_archive_is_told_as_such(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress((HEADER + GOOD * 500).encode()))
    whole[30:50] = b"\xff" * 20
    file = tmp_path / "payments.csv.gz"
    file.write_bytes(whole)
    with pytest.raises(FileUnreadable):
        actions.read_file(file)


@pytest.mark.parametrize("field", ["reference", "merchant", "card"])
@pytest.mark.parametrize("text", ["a\0", "\ud800", " "])
def test_a_bill_with_what_no_text_holds_is_refused(field: str, text: str) -> None:
    told: dict[str, Any] = {"reference": "r", "card": "c", "merchant": "m", field: text}
    with pytest.raises(BadRedemption):
        redeeming.redeem(Bill(bill=1000, bonuses=500, **told), now=NOW)
    with pytest.raises(BadRedemption):
        redeeming.refund("r", refund_reference=text, amount=5, now=NOW)


def test_a_message_that_breaks_the_taking_in_holds_up_none_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A defect of ours is answered with "send again"; the line goes on."""
    enrolment.enrol(a_person(), MASKED)
    sent = NOW - timedelta(hours=1)
    frames = [a_message(number, at=sent) for number in (1, 2, 3)]
    whole = taking.answers

    def breaking(some: list[bytes], *, now: datetime) -> list[bytes]:
        if frames[1] in some:
            message = "a defect"
            raise ValueError(message)
        return whole(some, now=now)

    monkeypatch.setattr(taking, "answers", breaking)
    monkeypatch.setattr(listener, "close_old_connections", lambda: None)
    told = Listener(lambda: NOW)._answers(frames)
    assert [files.code_in(one) for one in told] == ["00", spec.MALFUNCTION, "00"]
