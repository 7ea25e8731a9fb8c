"""A ticket to take along: a PDF, or a pass for a telephone's wallet.

Both hold one code that never changes; it says that it is a print, for gates that want the telephone
itself. Renewing the ticket's code voids them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from oferta.core.parties import keyring
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.tickets import issuing, phone_codes, queries, selling
from oferta.services.tickets.codes import apple, signed
from oferta.services.tickets.codes.apple import Issuer, Pass
from oferta.services.tickets.codes.errors import NoPasses
from oferta.services.tickets.errors import NotYourTicket
from oferta.services.tickets.models import Ticket
from oferta.services.tickets.types import Carrier, TicketStatus

#: Pixels of a pass's icon, by the name that Apple gives to each size.
_ICONS = {"icon.png": 29, "icon@2x.png": 58}
_WHITE = b"\xff\xff\xff"


class _Connected:
    say: Callable[[str, Language | None], str] | None = None
    issuer: Callable[[], Issuer | None] = staticmethod(lambda: None)


def connect(
    say: Callable[[str, Language | None], str], issuer: Callable[[], Issuer | None]
) -> None:
    """Take what the project provides.

    Args:
        say: returns the words of a key.
        issuer: returns whose wallet passes are issued; None: none are.
    """
    _Connected.say, _Connected.issuer = staticmethod(say), staticmethod(issuer)


def pdf(ticket_id: UUID, *, language: Language) -> bytes:
    """Return a ticket as a PDF of one page.

    Raises:
        UnknownTicket: there is none.
        NotYourTicket: it was given back.
    """
    # A large library that hardly a process needs: read when the first ticket is printed.
    from oferta.services.tickets.codes import paper  # noqa: PLC0415 - late on purpose

    ticket = valid(ticket_id)
    one = paper.Paper(
        title=_title(ticket, language),
        lines=_lines(ticket, language),
        code=text_of(ticket),
        number=str(ticket.serial),
        notes=[_say(_note(ticket), language), _terms(ticket, language)],
    )
    return paper.pdf([one], language=language)


def has_passes() -> bool:
    """Tell whether passes for a telephone's wallet are issued here."""
    return _Connected.issuer() is not None


def wallet_pass(ticket_id: UUID, *, language: Language) -> bytes:
    """Return a ticket as an Apple Wallet pass.

    Raises:
        UnknownTicket, NotYourTicket: as of `pdf`.
        NoPasses: no certificate of Apple's is set, or the gates want the telephone itself.
        BadPassCertificate: the one that is set cannot be used.
    """
    ticket = valid(ticket_id)
    issuer = _Connected.issuer()
    if issuer is None or phone_codes.print_is_nothing(ticket):
        raise NoPasses
    shown = Pass(
        serial=ticket.id.hex,
        title=_title(ticket, language),
        lines=_lines(ticket, language),
        code=text_of(ticket),
        starts=ticket.performance.starts_at,
    )
    return apple.pkpass(shown, issuer, {name: _square(size) for name, size in _ICONS.items()})


def valid(ticket_id: UUID) -> Ticket:
    """Return a ticket that opens a door.

    Raises:
        UnknownTicket: there is none.
        NotYourTicket: it was given back.
    """
    ticket = queries.ticket(ticket_id)
    if ticket.status != TicketStatus.VALID:
        raise NotYourTicket(ticket=str(ticket_id))
    return ticket


def text_of(ticket: Ticket) -> str:
    """Return the signed text that the code of a print or a pass holds."""
    code = issuing.code_of(ticket)
    if ticket.carrier != Carrier.PAPER:
        code = replace(code, carrier=signed.Carrier.PRINT)
    return signed.sign(code, keyring.keys())


def _note(ticket: Ticket) -> str:
    """Return the key of what is said of the code."""
    return f"tickets.paper.note_{'screen' if phone_codes.print_is_nothing(ticket) else 'code'}"


def _title(ticket: Ticket, language: Language) -> str:
    titles: dict[str, str] = ticket.performance.titles
    return titles.get(language) or selling.title_of(titles)


def _lines(ticket: Ticket, language: Language) -> list[tuple[str, str]]:
    hall, order = ticket.performance.hall, ticket.order
    starts = ticket.performance.starts_at.astimezone(ZoneInfo(hall.venue.time_zone))
    venue = ", ".join(
        part for part in (hall.venue.name, hall.venue.city, hall.venue.address) if part
    )
    paid = Money(ticket.line.price + ticket.line.service_fee, order.currency)
    seat = ticket.place.seat
    lines = [
        (_say("tickets.paper.when", language), f"{starts:%Y-%m-%d %H:%M}"),
        (_say("tickets.paper.where", language), venue),
        (_say("tickets.paper.hall", language), hall.name),
        (_say("tickets.paper.category", language), ticket.place.category.name),
    ]
    if seat is not None:
        where = " ".join(part for part in (seat.sector, f"{seat.row} / {seat.number}") if part)
        lines.append((_say("tickets.paper.seat", language), where))
    return [
        *lines,
        (_say("tickets.paper.holder", language), ticket.holder_name),
        (_say("tickets.paper.paid", language), str(paid)),
        (_say("tickets.paper.order", language), order.code),
    ]


def _terms(ticket: Ticket, language: Language) -> str:
    said = _say("tickets.paper.note_terms", language)
    return said.format(pack=ticket.order.refund_pack, edition=ticket.order.refund_edition)


def _say(key: str, language: Language) -> str:
    if _Connected.say is None:
        raise RuntimeError("papers.connect was not called")
    return _Connected.say(key, language)


def _square(size: int) -> bytes:
    """Return a white PNG picture: the operator's own icon is not ours to draw."""
    rows = (b"\x00" + _WHITE * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, raw) for kind, raw in parts)


def _chunk(kind: bytes, raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + kind + raw + struct.pack(">I", zlib.crc32(kind + raw))
