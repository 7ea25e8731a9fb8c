"""The plan of a hall: for each sector a table of boxes to tick, which needs no script.

Each box says its row, number and price; each taken seat says that it is. So the plan can be used
with the keyboard alone and is read out seat by seat.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from oferta.services.tickets.listing import SeatLeft

#: Kinds of border that tell categories apart without colour; further ones begin anew.
KINDS = 6
#: Seats that stand farther apart than this are drawn next to each other.
_WIDEST = 200


@dataclass(frozen=True, slots=True)
class Priced:
    """What a seat's category costs in words, and how it is drawn."""

    price: str
    kind: int


@dataclass(frozen=True, slots=True)
class Hall:
    """What is drawn."""

    seats: Sequence[SeatLeft]
    #: By category.
    priced: Mapping[int, Priced]
    #: Ids of places that the buyer ticked.
    chosen: Collection[int] = ()
    #: Nothing can be ticked: nothing is sold now.
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words of the page's language, with `{row}`, `{number}`, `{price}` to be filled in."""

    row: str
    free: str
    taken: str
    plan: str


def drawn(hall: Hall, words: Words) -> SafeString:
    """Return the plan as HTML."""
    sectors: dict[str, list[SeatLeft]] = {}
    for seat in hall.seats:
        sectors.setdefault(seat.sector, []).append(seat)
    tables = (_table(name, seats, hall, words) for name, seats in sectors.items())
    return mark_safe("".join(tables))  # noqa: S308 - every part is escaped below


def _table(name: str, seats: Sequence[SeatLeft], hall: Hall, words: Words) -> str:
    rows: dict[tuple[int, str], dict[int, SeatLeft]] = {}
    for seat in seats:
        rows.setdefault((seat.y, seat.row), {})[seat.x] = seat
    first, last = min(one.x for one in seats), max(one.x for one in seats)
    columns = range(first, last + 1) if last - first < _WIDEST else sorted({one.x for one in seats})
    body = "".join(_row(row, found, columns, hall, words) for (_, row), found in rows.items())
    title = escape(name)
    caption = f'<caption translate="no">{title}</caption>' if name else ""
    label = f'aria-label="{words.plan}{" " if name else ""}{title}"'
    return (
        f'<div class="scroll" tabindex="0" role="region" translate="no" {label}>'
        f'<table class="hall">{caption}<tbody>{body}</tbody></table></div>'
    )


def _row(
    row: str,
    found: Mapping[int, SeatLeft],
    columns: Sequence[int],
    hall: Hall,
    words: Words,
) -> str:
    cells = "".join(
        f"<td>{_seat(found[column], hall, words)}</td>" if column in found else "<td></td>"
        for column in columns
    )
    name = escape(row)
    said = words.row.replace("{row}", name)
    # On a telephone the number alone leaves a seat's width more; it is read out in full.
    head = f'<span class="long">{said}</span><span class="short" aria-hidden="true">{name}</span>'
    return f'<tr><th scope="row">{head}</th>{cells}</tr>'


def _seat(seat: SeatLeft, hall: Hall, words: Words) -> str:
    row, number = escape(seat.row), escape(seat.number)
    if not seat.free or hall.closed:
        said = words.taken.replace("{row}", row).replace("{number}", number)
        return (
            '<span class="seat taken"><span aria-hidden="true">×</span>'
            f'<span class="unseen">{said}</span></span>'
        )
    priced = hall.priced[seat.category_id]
    said = words.free.replace("{row}", row).replace("{number}", number)
    said = said.replace("{price}", escape(priced.price))
    ticked = " checked" if seat.id in hall.chosen else ""
    return (
        f'<label class="seat kind-{priced.kind}" title="{said}"><input type="checkbox" name="seat"'
        f' value="{seat.id}" aria-label="{said}"{ticked}><span aria-hidden="true">{number}</span>'
        "</label>"
    )
