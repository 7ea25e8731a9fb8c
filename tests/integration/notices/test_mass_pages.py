"""Desk pages of mass messages, and the public "did we send this?", in five languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from notice_builders import NOW, a_mass, customers, staff, words

from front_leaks import leaks
from oferta.core.notices import checking, false_messages, masses, models, outgoing
from oferta.core.notices.mass_types import MassState, NewFalse
from oferta.core.notices.types import Guards
from oferta.core.parties.types import Actor, Role
from oferta.kernel.i18n import LANGUAGES
from signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


def at_the_desk(role: Role, language: str = "en") -> tuple[Client, Actor]:
    actor = staff(role)
    client = Client(headers={"accept-language": language})
    sign_in_staff(client, actor.id)
    return client, actor


def a_form(keys: Any, **change: Any) -> dict[str, Any]:
    given = {
        "nature": "service",
        "audience": "listed",
        "chosen": "\n".join(keys),
        "channels": ["email"],
    }
    for language in LANGUAGES:
        given |= {f"subject-{language}": f"{language} news", f"body-{language}": "Doors at six."}
    return given | change


def test_a_message_goes_from_preview_to_second_person_to_stop() -> None:
    """TR-130 to TR-138."""
    outgoing.use_guards(Guards(alone_max=2))
    try:
        maker, _ = at_the_desk(Role.MESSENGER)
        approver, _ = at_the_desk(Role.APPROVER)
        answer = maker.post("/desk/messages/new", a_form(customers(3)))
        path = answer.headers["Location"]
        made = models.MassMessage.objects.get()
        assert made.chosen == "", "no list of names is kept"
        page = maker.get(path).content.decode()
        assert all(f'lang="{language}"' in page for language in LANGUAGES)
        assert "Ask a second person" in page
        maker.post(f"{path}submit")
        assert "Let it out" not in maker.get(path).content.decode()
        assert maker.post(f"{path}approve").status_code == 403
        approver.post(f"{path}approve")
        assert masses.mass(made.id).state is MassState.SENDING
        maker.post(f"{path}stop", {"reason": "a mistake"})
        assert masses.mass(made.id).state is MassState.STOPPED
    finally:
        outgoing.use_guards(Guards())


@pytest.mark.parametrize(
    "wrong", [{"nature": ""}, {"audience": "x"}, {"chosen": "nobody"}, {"body-kk": " "}]
)
def test_a_wrong_message_is_shown_again_with_what_is_wrong(wrong: dict[str, str]) -> None:
    maker, _ = at_the_desk(Role.MESSENGER)
    answer = maker.post("/desk/messages/new", a_form(customers(1), **wrong))
    assert answer.status_code == 400
    assert 'id="errors"' in answer.content.decode()
    assert not models.MassMessage.objects.exists()


def a_false_note(actor: Actor) -> Any:
    new = NewFalse(sample="Kobzon at Crocus Hall", words=words("Not ours."), seen_at=NOW)
    return false_messages.note(new, actor=actor, now=NOW)


def test_an_answer_to_a_false_message_is_published_by_another_and_sent_by_another_channel() -> None:
    """TR-132."""
    maker, actor = at_the_desk(Role.MESSENGER)
    form = a_form([], sample="Kobzon at Crocus Hall", claimed="a failure")
    maker.post("/desk/messages/false/new", form)
    noted = false_messages.unpublished()[0]
    assert noted.maker_id == actor.id
    assert maker.post(f"/desk/messages/false/{noted.id}/publish").status_code == 403
    approver, _ = at_the_desk(Role.APPROVER)
    approver.post(f"/desk/messages/false/{noted.id}/publish")
    assert "Kobzon at Crocus Hall" in Client().get("/did-we-send-this").content.decode()
    page = maker.get(f"/desk/messages/new?answers={noted.id}").content.decode()
    assert "Doors at six." in page
    approver.post(f"/desk/messages/false/{noted.id}/withdraw")
    assert "Kobzon" not in Client().get("/did-we-send-this").content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_messages_speaks_one_language(language: str) -> None:
    second = staff(Role.APPROVER)
    client, actor = at_the_desk(Role.MESSENGER, language)
    made = a_mass(customers(2), actor)
    false_messages.publish(a_false_note(actor).id, actor=second, now=NOW)
    a_false_note(actor)
    tags = " ".join(LANGUAGES).lower().replace("-", " ").split()
    data = frozenset([*tags, *actor.name.split("-"), *second.name.split("-")])
    for page in (
        "/desk/messages/",
        "/desk/messages/new",
        "/desk/messages/false/new",
        f"/desk/messages/{made.id}/",
    ):
        answer = client.get(page)
        assert answer.status_code == 200
        found = leaks(answer.content.decode(), language, data)
        assert found == [], f"{page}: {[str(one) for one in found]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_page_speaks_one_language_whatever_the_answer(language: str) -> None:
    client = Client(headers={"accept-language": language})
    for text in ("", "something else", "Kobzon"):
        answer = client.post("/did-we-send-this", {"text": text, "sender": "x"})
        assert answer.status_code == (200 if text else 400)
        assert leaks(answer.content.decode(), language) == []
        assert "no-store" in answer.headers["Cache-Control"]


def test_somebody_who_asks_too_often_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHECKS_MAX", 0)
    answer = Client().post("/did-we-send-this", {"text": "x"})
    assert answer.status_code == 429
    assert "Too many checks" in answer.content.decode()
    assert models.Check.objects.get().place != b"127.0.0.1", "the address is not kept"
