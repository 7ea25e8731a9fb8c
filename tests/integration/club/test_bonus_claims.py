"""Members ask why no bonus was awarded: by page, e-mail and the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from oferta.core.cases import actions as cases
from oferta.core.cases import queries as read
from oferta.core.cases.types import Kind, Resolution, Status
from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.core.parties import actions as parties
from oferta.core.parties import logins, queries
from oferta.core.parties.login_types import Address
from oferta.core.parties.types import Actor, Channel, NewCustomer, Role
from oferta.project.cli import main
from oferta.services.club import enrolment, paying
from oferta.services.club.claims import claiming, matching
from oferta.services.club.claims.claiming import Became, Way
from oferta.services.club.claims.errors import UnknownPayment
from oferta.services.club.claims.letters import Letter, read_letter
from oferta.services.club.models import Claim, Member
from oferta.services.club.paying import Paid

PAID = datetime(2024, 5, 16, 9, tzinfo=UTC)
NOW = datetime(2025, 2, 3, 9, tzinfo=UTC)
WROTE = "aigerim@example.kz"
FACTS: dict[str, object] = {
    "terminal_owner": "bank",
    "method": "other",
    "channel": "app",
    "abroad": False,
    "mcc": None,
    "category": "utilities",
    "card_kind": "debit",
    "special_account": "none",
    "instalment": False,
    "bonuses_paid": "0.00 KZT",
    "partner_rate": None,
    "oked_listed": False,
}

pytestmark = pytest.mark.django_db


def pay(id_: str, amount: int, merchant: str = "operator", at: datetime = PAID) -> str:
    """Have the member pay in the app for what the record calls utilities: it earns nothing."""
    paid = Paid(id=id_, card="*0007", paid_at=at, merchant=merchant, amount=amount, facts=FACTS)
    (taken,) = paying.take_payments([paid], now=at)
    assert taken.error is None, taken.error
    return paying.key_of(id_)


@pytest.fixture
def member() -> Member:
    """A member who proved an e-mail address."""
    login = logins.sign_up(Address(channel=Channel.EMAIL, address=WROTE), language="kk", now=PAID)
    party = queries.customer_of_login(login.id)
    decisions.set_authority("bonus-club", second_person_above=1_000_00)
    return enrolment.enrol(party.id, "*0007")


@pytest.fixture
def clerk() -> Actor:
    return parties.appoint_staff("clerk", password=None, name="Clerk", role=Role.CLERK)


def letter(
    words: str, id_: str = "<1@kz>", sender: str = WROTE, *, automatic: bool = False
) -> Letter:
    return Letter(id=id_, sender=sender, subject="Бонус", words=words, automatic=automatic)


def sent() -> list[SimpleNamespace]:
    """Return the messages to addresses that wait in the outbox."""
    jobs = ProcrastinateJob.objects.filter(task_name="notices.deliver_direct").order_by("id")
    return [SimpleNamespace(**job.args) for job in jobs]


def test_a_letter_in_2025_about_a_mobile_payment_of_may_2024_accrues_one_percent(
    member: Member, clerk: Actor
) -> None:
    """BC-19, BC-85, BC-87, BC-88, BC-89."""
    key = pay("p1", 10_000_00)
    taken = claiming.take_letter(letter("16.05.2024 күні 10 000 ₸ төледім, бонус қайда?"), now=NOW)
    assert taken.became is Became.OPENED
    assert taken.case is not None
    assert taken.case.kind is Kind.DISPUTE
    assert taken.case.due_at == NOW + timedelta(days=cases.ANSWER_DAYS)
    (bank,) = matching.questioned(member.party_id, [key])
    assert (taken.case.decision_id, bank.question) == (bank.id, "bank_bonus")
    answer = Resolution(
        status=Status.UPHELD, reason="Рас", actor=clerk, facts={"category": "mobile"}
    )
    upheld = cases.resolve(taken.case.id, answer, now=NOW)
    assert upheld.override_id is not None
    new = decided.decision(upheld.override_id)
    assert (new.edition, new.day) == ("2024-04-16", date(2024, 5, 16))
    assert ledger.balance(member.account_id).balance == 100_00


def test_the_writer_is_told_the_number_and_the_deadline_in_their_language(member: Member) -> None:
    """BC-88."""
    pay("p1", 10_000_00)
    taken = claiming.take_letter(letter("16.05.2024, operator"), now=NOW)
    assert taken.case is not None
    number = str(taken.case.number)
    told = notices.inbox(member.party_id)[0]
    assert (told.kind, told.params["number"]) == ("case.opened", number)
    assert sent() == [], "the notice goes to the same address already"
    added = claiming.take_letter(letter("16.05.2024, operator: жауап жоқ", "<2@kz>"), now=NOW)
    assert added.became is Became.ADDED
    (answer,) = sent()
    assert (answer.address, answer.kind, answer.language) == (WROTE, "club.claim_received", "kk")
    assert answer.params == {"number": number, "due": {"date": "2025-02-18"}}
    assert [one.words for one in read.case(taken.case.id).evidence] == [
        "Бонус\n\n16.05.2024, operator: жауап жоқ"
    ]


def test_a_letter_that_comes_again_changes_nothing(member: Member) -> None:
    pay("p1", 10_000_00)
    first = claiming.take_letter(letter("16.05.2024 operator"), now=NOW)
    again = claiming.take_letter(letter("16.05.2024 operator"), now=NOW)
    assert (again.became, again.case) == (Became.AGAIN, first.case)
    assert Claim.objects.count() == 1


def test_what_a_machine_wrote_opens_nothing_and_is_not_answered(member: Member) -> None:
    taken = claiming.take_letter(letter("16.05.2024", automatic=True), now=NOW)
    assert (taken.became, taken.case) == (Became.AUTOMATIC, None)
    assert sent() == []
    assert not Claim.objects.exists()


def test_our_own_answer_sent_back_opens_nothing(member: Member) -> None:
    """A loop: our answer comes back as a letter, with the header that we put into it."""
    from oferta.core.notices.channels import Smtp
    from oferta.core.notices.types import Message

    message = Message(
        delivery_id=member.party_id, address=WROTE, language="kk", subject="x", body="y"
    )
    mail = Smtp("localhost", 25, "club@example.kz", 1)._mail(message)
    assert read_letter(mail.as_bytes()).automatic


def test_where_several_payments_fit_a_person_is_asked_and_shown_them(member: Member) -> None:
    pay("p1", 10_000_00)
    pay("p2", 10_000_00)
    taken = claiming.take_letter(letter("16.05.2024, 10 000 теңге"), now=NOW)
    assert taken.case is not None
    assert (taken.case.kind, taken.case.decision_id) == (Kind.CLAIM, None)
    candidates = taken.case.log[0].detail["candidates"]
    assert len(candidates) == 2
    both = matching.questioned(member.party_id, [paying.key_of("p1"), paying.key_of("p2")])
    assert {str(one.id) for one in both} == set(candidates)


def test_one_sign_alone_is_not_certain(member: Member) -> None:
    pay("p1", 10_000_00)
    meant = matching.find(member.party_id, "operator", NOW.date())
    assert meant == matching.Meant(None, ()), "nothing recent fits"
    meant = matching.find(member.party_id, "16.05.2024", NOW.date())
    assert (meant.decision, len(meant.candidates)) == (None, 1)


def test_a_strangers_letter_asks_a_person_and_the_answer_goes_where_it_came_from(
    member: Member, clerk: Actor
) -> None:
    pay("p1", 10_000_00)
    wrote = letter("16 мая 2024 я заплатил 10 000 тг", sender="other@example.kz")
    taken = claiming.take_letter(wrote, now=NOW)
    assert taken.case is not None
    assert (taken.case.kind, taken.case.party_id) == (Kind.CLAIM, None)
    cases.resolve(
        taken.case.id,
        Resolution(status=Status.REJECTED, reason="Напишите со своего адреса", actor=clerk),
        now=NOW,
    )
    received, answered = sent()
    assert (received.kind, received.language) == ("club.claim_received", "ru")
    assert (answered.address, answered.kind) == ("other@example.kz", "club.claim_answered")
    assert answered.params["reason"] == "Напишите со своего адреса"


def test_one_address_opens_only_so_many_cases_a_day(member: Member) -> None:
    became = [
        claiming.take_letter(letter("?", f"<{n}@kz>", "x@example.kz"), now=NOW).became
        for n in range(claiming.OF_SENDER_MAX + 1)
    ]
    assert became[-2:] == [Became.OPENED, Became.TOO_MANY]
    assert len(sent()) == claiming.OF_SENDER_MAX
    tomorrow = NOW + timedelta(days=1, minutes=1)
    again = claiming.take_letter(letter("?", "<9@kz>", "x@example.kz"), now=tomorrow)
    assert again.became is Became.OPENED


def test_nobody_claims_anothers_payment(member: Member) -> None:
    key = pay("p1", 10_000_00)
    other = parties.register_customers([NewCustomer(key="other")], now=NOW)["other"]
    with pytest.raises(UnknownPayment):
        claiming.claim(other, "?", way=Way.PAGE, payment=key, language="en", now=NOW)
    assert matching.find(other, "16.05.2024 10 000 ₸", NOW.date()) == matching.Meant(None, ())


def test_the_command_takes_a_letter_from_a_file_and_from_a_pipe(
    member: Member, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BC-87."""
    pay("p1", 10_000_00, at=datetime(2024, 5, 16, 9, tzinfo=UTC))
    raw = (
        f"From: {WROTE}\nMessage-ID: <cli@kz>\nContent-Type: text/plain; charset=utf-8\n\n"
        "16.05.2024 operator 10 000 ₸"
    ).encode()
    file = tmp_path / "letter.eml"
    file.write_bytes(raw)
    assert main(["club", "claim-mail", str(file)]) == 0
    (case,) = read.cases_of_party(member.party_id)
    assert f"opened, case {case.number}" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(raw)))
    assert main(["club", "claim-mail", "-"]) == 0
    assert "again" in capsys.readouterr().out
    file.write_bytes(b"hello")
    assert main(["club", "claim-mail", str(file)]) == 4
