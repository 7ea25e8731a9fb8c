"""What gates ask of telephones, on pages, in a catalogue file and by command."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from django.test import Client
from django.urls import reverse

from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.ids import uuid7
from oferta.project.cli import main
from oferta.services.tickets import catalogue, doors, phone_codes, queries
from oferta.services.tickets.codes import signed
from oferta.services.tickets.errors import CatalogueUnreadable
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models import Performance, PhoneCodeChange, Ticket
from signing_in import sign_in_customer, sign_in_staff
from ticket_world import NOW, Show, a_buyer, a_show, bought

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parents[3] / "samples" / "tickets-catalogue.yaml"


def _tonight(rule: PhoneCode) -> Show:
    return a_show(general=3, starts_at=clock.now() + timedelta(hours=3), phone_code=rule)


def _mine(client: Client, show: Show) -> Ticket:
    buyer = a_buyer()
    ticket_id = bought(show, buyer=buyer, now=clock.now()).lines[0].ticket_id
    assert ticket_id is not None
    sign_in_customer(client, buyer.party_id)
    return queries.ticket(ticket_id)


@pytest.mark.parametrize(
    ("rule", "changes", "still_opens"),
    [
        (PhoneCode.NONE, False, True),
        (PhoneCode.ACCEPTED, True, True),
        (PhoneCode.REQUIRED, True, False),
    ],
)
def test_a_ticket_says_of_pictures_and_prints_only_what_is_true(
    client: Client, rule: PhoneCode, changes: bool, still_opens: bool
) -> None:
    """TR-125."""
    ticket = _mine(client, _tonight(rule))
    page = client.get(reverse("tickets:ticket", args=["my", ticket.id])).content.decode()
    assert ("A screenshot does not stand in for it" in page) is changes
    assert ("Nor does a print" in page) is not still_opens
    assert (phone_codes.secret_of(ticket).hex() in page) is changes
    code = client.get(reverse("tickets:ticket_code", args=["my", ticket.id]))
    assert code["Oferta-Code"] == ("1.0" if changes else "")
    assert abs(int(code["Oferta-Now"]) - clock.now().timestamp() * 1_000) < 60_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_buyer_is_told_before_paying_in_every_language(client: Client, language: str) -> None:
    show = _tonight(PhoneCode.REQUIRED)
    client.cookies["oferta_language"] = language.lower()
    told = client.get(reverse("tickets:performance", args=[show.id])).content.decode()
    plain = client.get(reverse("tickets:performance", args=[_tonight(PhoneCode.NONE).id]))
    words = {
        "kk": "телефон керек",
        "ru": "входят с телефоном",
        "en": "with your telephone only",
        "zh-Hant": "須以手機",
        "zh-Hans": "须以手机",
    }
    assert words[language] in told
    assert words[language] not in plain.content.decode()


def test_who_gave_the_ticket_away_gets_no_secret_of_it(client: Client) -> None:
    ticket = _mine(client, _tonight(PhoneCode.REQUIRED))
    Ticket.objects.filter(id=ticket.id).update(holder_id=uuid7())
    page = client.get(reverse("tickets:ticket", args=["my", ticket.id])).content.decode()
    assert phone_codes.secret_of(ticket).hex() not in page


def test_the_gates_page_takes_the_key_and_tells_what_it_saw(client: Client) -> None:
    show = _tonight(PhoneCode.REQUIRED)
    ticket = _mine(client, show)
    gate = doors.open_gate(show.id, "North")
    actor = parties.appoint_staff("door", password=None, name="Door", roles=[Role.GATE])
    sign_in_staff(client, actor.id)
    phone = client.get(reverse("tickets:gate_file", args=[gate.id])).json()["phone"]
    assert (phone["code"], phone["step"], phone["tolerated"]) == ("required", 30, 2)
    now = clock.now()
    secret = signed.telephone_secret(bytes.fromhex(phone["key"]), ticket.serial, 1)
    scan = {"serial": str(ticket.serial), "generation": 1, "key": "a", "at": now.isoformat()}
    upload = reverse("tickets:gate_upload", args=[gate.id])

    def told(suffix: str) -> int:
        body = {"id": str(uuid7()), "scans": [scan | {"suffix": suffix}]}
        answer = client.post(upload, orjson.dumps(body), content_type="application/json")
        return int(answer.json()["incidents"]) if answer.status_code == 200 else 0

    assert client.post(upload, b'{"id": 1}', content_type="application/json").status_code == 422
    assert told(signed.suffix_of(secret, now).hex()) == 0
    assert told("") == 1


def test_the_desk_asks_renews_and_is_told_what_cannot_be(client: Client) -> None:
    show = _tonight(PhoneCode.ACCEPTED)
    actor = parties.appoint_staff("clerk", password=None, name="Clerk", roles=[Role.CLERK])
    sign_in_staff(client, actor.id)
    page = reverse("tickets:phone_code", args=[show.id])
    assert client.post(page, {"rule": "required", "source": "letter 7"}).status_code == 302
    assert client.post(page, {"act": "renew", "source": "a gate is lost"}).status_code == 302
    row = Performance.objects.get(id=show.id)
    assert (row.phone_code, row.phone_round) == ("required", 1)
    assert PhoneCodeChange.objects.filter(staff_id=actor.id).count() == 2
    shown = client.get(page).content.decode()
    for said in ("letter 7", "a gate is lost", "As it was put on sale", "Clerk"):
        assert said in shown
    client.post(page, {"rule": "none", "source": "complaints"})
    bought(show, now=clock.now())
    refused = client.post(page, {"rule": "required", "source": "again"})
    assert refused.status_code == 422
    assert "no more can be asked" in refused.content.decode()
    for given in ({"rule": "all", "source": "x"}, {"rule": "none", "source": " "}, {}):
        assert client.post(page, given).status_code in {302, 422}
    assert Performance.objects.get(id=show.id).phone_code == "none"


def test_a_catalogue_file_says_what_is_asked(tmp_path: Path) -> None:
    catalogue.offer(SAMPLE, now=NOW)
    made = queries.performance_called("rachmaninoff-2027")
    assert (made.phone_code, PhoneCodeChange.objects.get().after) == ("required", "required")
    wrong = tmp_path / "wrong.yaml"
    text = SAMPLE.read_text().replace("phone_code: required", "phone_code: sometimes")
    wrong.write_text(text.replace("rachmaninoff-2027", "other"))
    with pytest.raises(CatalogueUnreadable, match="none, accepted, required"):
        catalogue.offer(wrong, now=NOW)


def test_by_command_it_is_asked_renewed_and_refused(capsys: pytest.CaptureFixture[str]) -> None:
    show = _tonight(PhoneCode.NONE)
    key = show.performance.key
    why = ("--source", "the organiser's order")
    assert main(["tickets", "phone-code", key, "required", *why]) == 0
    assert main(["tickets", "renew-gate-key", key, *why]) == 0
    assert PhoneCodeChange.objects.filter(performance=show.performance).count() == 2
    assert main(["tickets", "phone-code", key, "none", *why]) == 0
    bought(show, now=clock.now())
    assert main(["tickets", "phone-code", key, "accepted", *why]) == 3
    assert "tickets.phone_code_fixed" in capsys.readouterr().err
    assert main(["tickets", "phone-code", "nothing", "none", *why]) == 4
