"""Pages of agreements, consents and one's own data, in five languages, to nobody else."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.test import Client
from party_builders import NOW, SHOWN, a_party, coded, edition

from front_leaks import leaks
from oferta.core.parties import agreements, consents, exporting, keyring, models, receipts
from oferta.core.parties import erasing as erasure
from oferta.core.parties.agreement_types import How
from oferta.core.parties.types import Channel
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES
from signing_in import prove_second_factor, sign_in_customer

pytestmark = pytest.mark.django_db
CLUB = "bonus-club"
PAGES = ("/my/terms/", f"/my/terms/{CLUB}/", "/my/consents/", "/my/data/", "/my/data/erasure")


def asked_party(language: str = "en") -> tuple[Client, UUID]:
    """Return a signed-in customer who is asked to accept a newer edition."""
    party = a_party(language, name="Zarina", email="zarina@example.test")  # type: ignore[arg-type]
    agreements.accept(
        party, edition(CLUB, "2023-11-02"), pack=CLUB, how=How.CLICK, shown=SHOWN, now=NOW
    )
    consents.set_consent(
        party, "advertising", Channel.EMAIL, given=True, shown=SHOWN, now=clock.now()
    )
    today = coded(clock.now().date().isoformat())
    agreements.bring(shelf.terms().pack(CLUB), today=today, now=clock.now())
    client = Client(headers={"accept-language": language})
    sign_in_customer(client, party)
    prove_second_factor(client)
    return client, party


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_one_language(language: str) -> None:
    client, party = asked_party(language)
    made = exporting.ask(party, language="en", now=clock.now())
    exporting.make(made.id, now=clock.now())
    for page in (*PAGES, "/keys", "/stop/" + consents.withdrawal_token(party, "advertising")):
        answer = client.get(page)
        assert answer.status_code == 200, page
        found = leaks(answer.content.decode(), language, frozenset({"zarina", "kcell"}))
        assert found == [], f"{page}: {[str(one) for one in found]}"


def test_each_page_wants_a_session_and_none_opens_by_a_personal_link() -> None:
    for page in PAGES:
        answer = Client().get(page)
        assert answer.status_code == 302, page
        assert "/sign-in" in answer.headers["Location"]


def test_the_difference_is_shown_clause_by_clause_and_the_old_edition_stays_readable() -> None:
    client, _ = asked_party("kk")
    page = client.get(f"/my/terms/{CLUB}/").content.decode()
    changed = page.count('<article class="card clause">')
    assert changed > 5
    assert "<ins>" in page
    for old in ("2023-11-02", shelf.terms().pack(CLUB).editions[-1].id):
        assert client.get(f"/terms/{CLUB}/editions/{old}/").status_code == 200
        assert f"/terms/{CLUB}/editions/{old}/" in page


def test_accepting_gives_a_receipt_that_names_this_page_language_and_way() -> None:
    client, party = asked_party("kk")
    newest = shelf.terms().pack(CLUB).editions[-1].id
    client.post(f"/my/terms/{CLUB}/", {"edition": newest, "answer": "accept"})
    made = agreements.agreements_of(party)[0]
    assert (made.edition, made.how, made.language, made.page) == (
        newest,
        How.CLICK,
        "kk",
        f"/my/terms/{CLUB}/",
    )
    file = client.get(f"/my/terms/receipts/{made.id}")
    keys = keyring.keys().public
    assert receipts.verify(file.content, keys)["edition"] == newest
    stranger = Client()
    sign_in_customer(stranger, a_party())
    assert stranger.get(f"/my/terms/receipts/{made.id}").status_code == 404


def test_an_answer_to_an_edition_that_is_not_the_newest_any_more_is_not_taken() -> None:
    client, party = asked_party()
    client.post(f"/my/terms/{CLUB}/", {"edition": "2024-04-16", "answer": "accept"})
    assert [item.edition for item in agreements.agreements_of(party)] == ["2023-11-02"]
    client.get(f"/my/terms/{CLUB}/")
    newest = agreements.agreements_of(party)[0]
    assert newest.how is How.VIEW, "it was read, which is kept as that and no more"
    stands = agreements.standing(party, CLUB, today=coded(clock.now().date().isoformat()))
    assert stands is not None
    assert stands.accepted.id == "2023-11-02"


def test_declining_is_kept_and_can_be_thought_better_of() -> None:
    client, party = asked_party()
    newest = shelf.terms().pack(CLUB).editions[-1].id
    client.post(f"/my/terms/{CLUB}/", {"edition": newest, "answer": "decline"})
    assert models.AskedEdition.objects.get(customer_id=party).declined_at is not None
    page = client.get(f"/my/terms/{CLUB}/").content.decode()
    assert 'value="accept"' in page
    assert 'value="decline"' not in page


def test_consents_are_boxes_that_nobody_ticked_before() -> None:
    """SV-108."""
    party = a_party()
    client = Client()
    sign_in_customer(client, party)
    assert " checked" not in client.get("/my/consents/").content.decode()
    said = {f"{name}-version": "1" for name in ("advertising", "partner_advertising")}
    client.post("/my/consents/", said | {"advertising-sms": "on"})
    assert consents.consents(party) == {("advertising", Channel.SMS)}
    client.post("/my/consents/", {"withdraw": "all"})
    assert consents.consents(party) == set()


def test_the_link_in_an_advertisement_withdraws_by_one_post_without_signing_in() -> None:
    _, party = asked_party()
    path = "/stop/" + consents.withdrawal_token(party, "advertising")
    client = Client(enforce_csrf_checks=True)
    assert client.get(path).status_code == 200
    assert consents.consents(party) != set(), "looking withdraws nothing: mail scanners look"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert consents.consents(party) == set()
    assert client.post(path + "x").status_code == 404


def test_the_file_is_downloaded_by_its_owner_alone_and_is_the_one_announced() -> None:
    client, party = asked_party()
    client.post("/my/data/ask")
    (asked,) = exporting.exports(party)
    path = f"/my/data/{asked.id}.zip"
    assert client.get(path).status_code == 404
    exporting.make(asked.id, now=clock.now())
    answer = client.get(path)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == int(answer.headers["Content-Length"])
    assert content.startswith(b"PK")
    stranger = Client()
    sign_in_customer(stranger, a_party())
    prove_second_factor(stranger)
    assert stranger.get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_erasure_is_asked_with_a_clear_word_and_can_be_stopped() -> None:
    client, party = asked_party()
    assert client.post("/my/data/erasure", {}).status_code == 400
    assert erasure.erasures(party) == []
    client.post("/my/data/erasure", {"sure": "yes"})
    assert [one.state for one in erasure.erasures(party)] == ["waiting"]
    client.post("/my/data/erasure/stop")
    assert [one.state for one in erasure.erasures(party)] == ["withdrawn"]
    assert client.post("/my/data/erasure/stop").status_code == 404


def test_an_open_session_alone_neither_takes_the_data_along_nor_erases() -> None:
    """Who sits down at a screen left open proves first who they are."""
    party = a_party()
    client = Client()
    sign_in_customer(client, party)
    made = exporting.ask(party, language="en", now=clock.now())
    exporting.make(made.id, now=clock.now())
    for path, back in (
        ("/my/data/erasure", "/my/data/erasure"),
        (f"/my/data/{made.id}.zip", f"/my/data/{made.id}.zip"),
    ):
        answer = client.get(path)
        assert answer.headers["Location"] == f"/my/security/confirm/?next={back}"
    assert client.post("/my/data/erasure", {"sure": "yes"}).status_code == 302
    assert erasure.erasures(party) == []
    client.post("/my/data/ask")
    assert len(exporting.exports(party)) == 1
    prove_second_factor(client)
    client.post("/my/data/erasure", {"sure": "yes"})
    assert [one.state for one in erasure.erasures(party)] == ["waiting"]


def test_the_public_keys_are_public() -> None:
    public = keyring.keys().public
    page = Client().get("/keys").content.decode()
    assert all(id_ in page for id_ in public)
    assert json.loads(Client().get("/keys.json").content) == receipts.jwks(public)
    assert Client().get("/keys.pem").content.decode() == receipts.public_pem(public)
