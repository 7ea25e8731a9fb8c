"""Did we send this? The words decide, not the reference alone; nothing is told of others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from notice_builders import NOW, Outbox, a_mass, customers, deliver_all, staff, words

from oferta.core.notices import (
    channels,
    checking,
    delivering,
    false_messages,
    masses,
    models,
    outgoing,
    texts,
)
from oferta.core.notices.actions import send
from oferta.core.notices.mass_errors import BadMass, SamePerson, TooManyChecks, UnknownFalse
from oferta.core.notices.mass_types import Answer, NewFalse
from oferta.core.notices.types import NewNotice
from oferta.core.parties.types import Role

pytestmark = pytest.mark.django_db
PLACE = "203.0.113.7"


@pytest.fixture
def mail() -> Iterator[Outbox]:
    from oferta.project import wiring

    email = Outbox("email")
    channels.connect({"email": email})
    outgoing.use_site("https://club.test", ("club@example.test", "CLUB"))
    yield email
    wiring.connect()


def ask(text: str, **rest: str) -> Answer:
    return checking.check(text, place=PLACE, now=NOW, **rest).answer


def a_message(mail: Outbox, reason: str = "Hall B is closed.") -> tuple[str, str]:
    """Return what was sent to somebody, and the reference in it as printed."""
    party = next(iter(customers(1, "ru").values()))
    notice = NewNotice(
        party_id=party, language="ru", kind="case.rejected", params={"reason": reason}
    )
    ids = send([notice], now=NOW)
    batch = models.Notice.objects.get(id=ids[0]).batch_id
    delivering.deliver_batch(batch, clock=lambda: NOW)
    row = models.Delivery.objects.get(notice_id=ids[0], channel="email")
    return mail.sent[-1].body, texts.printed(row.reference)


def test_every_message_that_leaves_carries_its_reference_and_where_to_ask(mail: Outbox) -> None:
    body, reference = a_message(mail)
    assert reference in body
    assert "https://club.test/did-we-send-this" in body


def test_what_we_sent_is_ours_however_it_was_pasted(mail: Outbox) -> None:
    body, reference = a_message(mail)
    for pasted in (body, f"  {body.upper()}\r\n", body.replace("\n", "\r\n\r\n"), "\u200b" + body):
        assert ask(pasted) is Answer.OURS
    found = checking.check(body, place=PLACE, now=NOW)
    assert (found.sent_at, found.channel) == (NOW, "email")
    assert ask(reference) is Answer.REFERENCE_IS_OURS
    assert ask(reference.replace("-", "").lower()) is Answer.REFERENCE_IS_OURS


def test_a_borrowed_reference_does_not_make_other_words_ours(mail: Outbox) -> None:
    body, reference = a_message(mail)
    assert ask(f"Pay at once to keep your seat. {reference}") is Answer.WORDS_DIFFER
    assert ask(f"{body}\nPay here: https://evil.test") is Answer.WORDS_DIFFER
    assert ask(body.replace("Hall B", "Hall C")) is Answer.WORDS_DIFFER


def test_a_mass_message_is_known_by_its_words_once_it_was_sent(mail: Outbox) -> None:
    maker = staff()
    made = a_mass(customers(2), maker, words=words("The hall on the hill is closed on Monday."))
    text = "the hall on the hill  is closed on monday."
    assert ask(text) is Answer.NOT_OURS
    masses.submit(made.id, actor=maker, now=NOW)
    masses.step(made.id, now=NOW)
    deliver_all()
    assert ask(text) is Answer.OURS
    assert ask(f"en: news\n{text}") is Answer.OURS
    assert ask(f"{text} Bring cash.") is Answer.NOT_OURS
    assert ask(mail.sent[0].body) is Answer.OURS


def test_what_nobody_sent_is_not_ours(mail: Outbox) -> None:
    """TR-131."""
    assert ask("You are invited to the concert. ABCD-1234-WXYZ") is Answer.NOT_OURS
    assert ask("Приглашаем на концерт") is Answer.NOT_OURS
    assert ask("") is Answer.NOT_OURS
    assert ask("\0" * 10) is Answer.NOT_OURS


def test_the_sender_is_looked_up_among_ours(mail: Outbox) -> None:
    """TR-138."""
    for sender, ours in (("CLUB@example.test ", True), ("club", True), ("c1ub", False)):
        assert checking.check("x", sender=sender, place=PLACE, now=NOW).sender_is_ours is ours
    assert checking.check("x", place=PLACE, now=NOW).sender_is_ours is None


def a_false_message(**change: object) -> NewFalse:
    given: dict[str, object] = {
        "sample": "You are invited to Kobzon's concert at Crocus Hall",
        "words": words("We did not send this. Pay nothing."),
        "seen_at": NOW,
        "claimed": "technical failure",
    }
    return NewFalse(**(given | change))  # type: ignore[arg-type]


def test_a_false_message_is_answered_by_two_persons_and_then_known_to_everybody(
    mail: Outbox,
) -> None:
    """TR-132, TR-133."""
    first, second = staff(), staff(Role.APPROVER)
    noted = false_messages.note(a_false_message(), actor=first, now=NOW)
    got = "YOU ARE INVITED to Kobzon's concert at Crocus Hall! +7 900 000"
    assert ask(got) is Answer.NOT_OURS
    with pytest.raises(SamePerson):
        false_messages.publish(noted.id, actor=first, now=NOW)
    false_messages.publish(noted.id, actor=second, now=NOW)
    found = checking.check(got, place=PLACE, now=NOW)
    assert (found.answer, found.known[0].claimed) == (Answer.KNOWN_FALSE, "technical failure")
    false_messages.withdraw(noted.id, actor=second, now=NOW)
    assert ask(got) is Answer.NOT_OURS
    with pytest.raises(UnknownFalse):
        false_messages.withdraw(noted.id, actor=second, now=NOW)


@pytest.mark.parametrize("change", [{"sample": " "}, {"words": {}}, {"sample": "x" * 5_000}])
def test_an_answer_without_words_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadMass):
        false_messages.note(a_false_message(**change), actor=staff(), now=NOW)


def test_one_place_asks_so_many_times_and_no_more(mail: Outbox) -> None:
    for _ in range(checking.CHECKS_MAX):
        ask("x")
    with pytest.raises(TooManyChecks):
        ask("x")
    checking.check("x", place="203.0.113.8", now=NOW)
    later = NOW + timedelta(minutes=checking.MINUTES)
    checking.check("x", place=PLACE, now=later)
    checking.forget_old(later + timedelta(days=2))
    assert not models.Check.objects.exists()
