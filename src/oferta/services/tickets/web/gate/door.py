"""The gate's page on a telephone: camera, typed codes, and work without a connection."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oferta.core.parties import keyring
from oferta.core.parties.receipts import key_id
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.ids import uuid7
from oferta.services.tickets import doors, gates, gates_alone
from oferta.services.tickets.codes import signed
from oferta.services.tickets.errors import UnknownGate, UnknownPerformance, UploadReused
from oferta.services.tickets.gate_types import GateAnswer, GateReply, OfflineScan, Proof, Scanned
from oferta.services.tickets.models import Gate, Performance, Ticket
from oferta.services.tickets.web import parts

_WORKER = Path(__file__).parents[2] / "static" / "tickets" / "gate-worker.js"
#: The one page that may use the camera.
CAMERA = "camera=(self), microphone=(), geolocation=()"
CODE_MAX, KEY_MAX, SCANS_MAX, NUMBER_MAX = 400, 80, 5_000, 12
GENERATION_MAX = 255
#: What a gate without a connection may have to say by itself.
ALONE = (
    *("admitted_alone", "used", "returned", "replaced", "elsewhere", "another_day", "unknown"),
    *("old_screen", "screen_needed", "no_key"),
    *("unchecked", "no_list", "out_alone", "signed_out"),
)
_GOOD = {"admitted", "admitted_alone", "out"}
_ASKS = {
    "ask",
    "screen_needed",
    "no_key",
    "unchecked",
    "no_list",
    "out_alone",
    "signed_out",
    "not_inside",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the screen says of one scan."""

    name: str
    holder: str = ""
    entry: int = 0
    gate: str = ""
    at: datetime | None = None
    number: int = 0

    @property
    def key(self) -> str:
        """Key of the large words."""
        return f"tickets.gate.answer.{self.name}"

    @property
    def hint_key(self) -> str:
        """Key of what to do now."""
        return f"tickets.gate.do.{self.name}"

    @property
    def tone(self) -> str:
        """Green, red or yellow; the words and the sign say the same."""
        if self.name in _GOOD:
            return "good"
        return "warn" if self.name in _ASKS else "bad"


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.ADMIT)
def gate_list(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the performances of these days and their gates; a gate that is missing is added."""
    wrong = False
    if request.method == "POST":
        try:
            made = doors.open_gate(
                _id(request.POST.get("performance")), request.POST.get("name", "")
            )
        except UnknownPerformance:
            raise Http404 from None
        except OfertaError:
            wrong = True
        else:
            return redirect("tickets:gate", made.id)
    language = language_of(request.LANGUAGE_CODE)
    shown = [_listed(one, language) for one in doors.near(now=clock.now())]
    context = {"actor": actor, "performances": shown, "wrong": wrong, "name_max": doors.NAME_MAX}
    return render(request, "tickets/gate/gates.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.ADMIT)
def gate(request: HttpRequest, *, actor: Actor, gate_id: UUID) -> HttpResponse:
    """Show a gate, and let in who shows a good ticket, once (TR-123)."""
    found, now = _gate(gate_id), clock.now()
    shown = _answered(request, found, now) if request.method == "POST" else None
    language = language_of(request.LANGUAGE_CODE)
    context: dict[str, Any] = {
        "actor": actor,
        "gate": found,
        **_listed(found.performance, language),
        "count": doors.count(found.performance_id),
        "shown": shown,
        "way": request.POST.get("way", "in"),
        "key": uuid7(),
        "alone": [Shown(name=name) for name in ALONE],
    }
    if request.headers.get("X-Part") == "answer":
        return render(request, "tickets/gate/_answer.html", context)
    response = render(request, "tickets/gate/gate.html", context)
    response["Permissions-Policy"] = CAMERA
    return response


@require_safe
@for_staff(Permission.ADMIT)
def gate_list_file(_request: HttpRequest, *, actor: Actor, gate_id: UUID) -> HttpResponse:
    """Return what a gate takes with it: keys, codes that open nothing, who came in already."""
    del actor
    found = _gate(gate_id)
    taken = gates_alone.list_for(found.performance_id, now=clock.now())
    return JsonResponse(
        {
            "performance": taken.performance,
            "revoked": [[str(serial), least] for serial, least in taken.revoked.items()],
            "admitted": [str(serial) for serial in taken.admitted],
            "at": taken.at.isoformat(),
            "phone": {
                "code": taken.phone_code,
                "key": taken.phone_key.hex(),
                "step": int(signed.STEP.total_seconds()),
                "tolerated": signed.STEPS_TOLERATED,
            },
            "keys": [
                {
                    "hint": key_id(one)[:4],
                    "raw": base64.b64encode(
                        one.public_bytes(Encoding.Raw, PublicFormat.Raw)
                    ).decode(),
                }
                for one in keyring.keys().public.values()
            ],
        }
    )


@require_POST
@for_staff(Permission.ADMIT)
def upload(request: HttpRequest, *, actor: Actor, gate_id: UUID) -> HttpResponse:
    """Take over whom a gate without a connection let in; doubles become incidents."""
    del actor
    try:
        given = orjson.loads(request.body)
        scans = [_scan(one) for one in given["scans"][:SCANS_MAX]]
        upload_id = UUID(str(given["id"]))
        made = gates_alone.upload(upload_id, gate_id, scans, now=clock.now())
    except (ValueError, KeyError, TypeError, RawPostDataException, clock.NaiveTime, UploadReused):
        return JsonResponse({"code": "tickets.bad_upload"}, status=422)
    except UnknownGate:
        raise Http404 from None
    return JsonResponse(
        {"scans": made.scans, "admitted": made.admitted, "incidents": made.incidents}
    )


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """Return the script that keeps the gate's page where there is no connection.

    It stands here, not among the static files, so that its reach is the gates' pages.
    """
    response = HttpResponse(_WORKER.read_bytes(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def _answered(request: HttpRequest, found: Gate, now: datetime) -> Shown:
    """Do what was scanned or typed asks for."""
    # A code may begin or end with a space: only what a scanner adds is taken off.
    text = request.POST.get("code", "").strip("\r\n\t")[:CODE_MAX]
    key = request.POST.get("key", "")[:KEY_MAX] or str(uuid7())
    digits = text.strip()
    code: Scanned | None
    if digits.isascii() and digits.isdigit() and len(digits) <= NUMBER_MAX:
        ticket = doors.ticket_numbered(found, int(digits))
        if ticket is not None and "seen" not in request.POST:
            return Shown(name="ask", holder=ticket.holder_name, number=ticket.serial)
        code = _numbered(ticket) if ticket else None
    else:
        code = gates.read(text, now=now)
    if request.POST.get("way") == "out":
        left = code is not None and gates.leave(code, found.id, now=now)
        return Shown(name="out" if left else "not_inside")
    return _said(gates.scan(code, found.id, key, now=now))


def _numbered(ticket: Ticket) -> Scanned:
    """Return a ticket whose number was read out, to who saw the document too."""
    return Scanned(serial=ticket.serial, generation=ticket.generation, proof=Proof.NUMBER)


def _said(reply: GateReply) -> Shown:
    return Shown(
        name=reply.answer.value,
        holder=reply.holder_name,
        entry=reply.entry if reply.answer is GateAnswer.ADMITTED else 0,
        gate=reply.gate,
        at=reply.admitted_at,
    )


def _scan(given: Mapping[str, Any]) -> OfflineScan:
    """Return one scan that a gate tells.

    Raises:
        ValueError, KeyError, TypeError, NaiveTime: it is none.
    """
    key, generation = str(given["key"]), int(given["generation"])
    if not 0 < len(key) <= KEY_MAX or not 0 < generation <= GENERATION_MAX:
        raise ValueError(key)
    at = clock.zoned(datetime.fromisoformat(given["at"]))
    serial = int(given["serial"])
    if not 0 < serial < 2**63:
        raise ValueError(serial)
    suffix = bytes.fromhex(str(given.get("suffix", "")))
    if len(suffix) not in (0, signed.SUFFIX):
        raise ValueError(suffix)
    return OfflineScan(serial=serial, generation=generation, key=key, at=at, suffix=suffix)


def _listed(performance: Performance, language: Language) -> dict[str, Any]:
    venue = performance.hall.venue
    return {
        "performance": performance,
        "titled": parts.title(performance.titles, language),
        "zone": venue.time_zone,
        "where": parts.where(venue),
        "gates": sorted(performance.gates.all(), key=lambda one: one.name),
    }


def _gate(gate_id: UUID) -> Gate:
    try:
        return doors.gate(gate_id)
    except UnknownGate:
        raise Http404 from None


def _id(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Http404 from None
