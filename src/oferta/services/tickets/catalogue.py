"""A catalogue file: operators, organisers, venues and performances, put on sale as it says.

What the file names by a key is kept once: offered again, it changes nothing that was sold by. A
value that is wrong is told with its line, and nothing of the file is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import DataError, models, transaction
from django.utils import translation

from oferta.core.terms.errors import TermsError
from oferta.core.terms.problems import Report
from oferta.core.terms.yaml_source import Mapping, Node, Scalar, Sequence, read_yaml
from oferta.kernel.clock import zoned
from oferta.kernel.money import BadMoney, parse_money
from oferta.services.tickets import offering
from oferta.services.tickets.delivering import offered
from oferta.services.tickets.delivering.errors import BadDeliveryOffer
from oferta.services.tickets.delivering.types import NewDeliveryOffer
from oferta.services.tickets.errors import BadCatalogue, CatalogueUnreadable
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models import Hall, Operator, Organiser, Performance, Venue
from oferta.services.tickets.offering import NewCategory, NewPerformance
from oferta.services.tickets.types import Stage

_T = TypeVar("_T")
#: "12.5%" in ten-thousandths of a percent.
_PERCENT = 10_000
#: Under which the names of deliveries become ids.
_DELIVERIES = UUID("019e5b1c-0d5a-7c3e-9a51-6f1c2d7a8b90")
#: Rows of a sector, and seats of a row.
_SIDE_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a catalogue names, and what of it is new."""

    operators: int
    organisers: int
    venues: int
    performances: int
    deliveries: int
    #: Keys of performances that were made and put on sale now.
    new: tuple[str, ...]


@transaction.atomic
def offer(file: Path, *, now: datetime) -> Offered:
    """Keep what a catalogue names and put its new performances on sale; whole or not at all.

    Args:
        file: YAML, as `samples/tickets-catalogue.yaml`.
        now: zoned.

    Raises:
        OSError: it cannot be read.
        CatalogueUnreadable: it is no catalogue; file and line say where.
    """
    report = Report()
    try:
        root = read_yaml(file.read_text(encoding="utf-8"), file.name, report)
    except UnicodeDecodeError:
        raise CatalogueUnreadable(
            file=file.name, line=0, what="it is not UTF-8", expected="a YAML file"
        ) from None
    for problem in report.problems():
        raise CatalogueUnreadable(
            file=file.name, line=problem.line, what=problem.what, expected=problem.expected
        )
    try:
        return _Reader(file.name).offer(root, zoned(now))
    except DataError as error:
        what = str(error).partition("\n")[0]
        raise CatalogueUnreadable(
            file=file.name, line=0, what=what, expected="values that fit"
        ) from error


class _Reader:
    """Reads one file; every refusal of it names a line."""

    def __init__(self, file: str) -> None:
        self.file = file

    def offer(self, root: Node | None, now: datetime) -> Offered:
        told = self.mapping(
            root, 1, "operators", "organisers", "venues", "performances", "deliveries"
        )
        operators = self.named(told.get("operators"))
        organisers = self.named(told.get("organisers"))
        venues = self.named(told.get("venues"))
        performances = self.named(told.get("performances"))
        for key, node in operators.items():
            self.keep(Operator, key, node, ("name", "legal_name"), ("phone", "email"))
        for key, node in organisers.items():
            self.keep(Organiser, key, node, ("name",), ("address",))
        for key, node in venues.items():
            self.venue(key, node)
        deliveries = self.named(told.get("deliveries"))
        for key, node in deliveries.items():
            self.delivery(key, node, now)
        new = [key for key, node in performances.items() if self.performance(key, node, now)]
        return Offered(
            operators=len(operators),
            organisers=len(organisers),
            venues=len(venues),
            performances=len(performances),
            deliveries=len(deliveries),
            new=tuple(new),
        )

    def keep(
        self,
        model: type[Operator | Organiser],
        key: str,
        node: Node,
        needed: tuple[str, ...],
        free: tuple[str, ...],
    ) -> None:
        """Keep a row of texts under its key; kept again, the newer texts count."""
        told = self.mapping(node, node.line, *needed, *free)
        values = {name: self.text(told, name, node) for name in needed}
        values |= {name: self.text(told, name, node) for name in free if name in told}
        self.clean(model(key=key, **values), node)
        model.objects.update_or_create(key=key, defaults=values)

    def venue(self, key: str, node: Node) -> None:
        told = self.mapping(
            node, node.line, "name", "city", "address", "region", "time_zone", "halls"
        )
        values = {name: self.text(told, name, node) for name in ("name", "city", "time_zone")}
        values |= {
            name: self.text(told, name, node) for name in ("address", "region") if name in told
        }
        venue = Venue(key=key, **values)
        self.clean(venue, node)
        known = Venue.objects.filter(key=key).first()
        if known is not None and known.time_zone != venue.time_zone:
            # Days of tickets that are sold already are counted by it.
            expected = f"{known.time_zone}, as it was kept"
            raise self.wrong(told["time_zone"], f"time_zone is {venue.time_zone}", expected)
        self.at(told["time_zone"], lambda: offering.make_venue(venue))
        for name, hall_node in self.named(told.get("halls")).items():
            self.hall(venue, name, hall_node)

    def hall(self, venue: Venue, name: str, node: Node) -> None:
        hall, _ = Hall.objects.get_or_create(venue=venue, name=name)
        sectors = self.mapping(node, node.line, "sectors").get("sectors")
        for sector, rows in self.named(sectors).items():
            told = self.mapping(rows, rows.line, "rows", "seats")
            size = {one: self.whole(told, one, rows) for one in ("rows", "seats")}
            if not all(0 < one <= _SIDE_MAX for one in size.values()):
                raise self.wrong(rows, f"sector {sector} is {size}", f"1 to {_SIDE_MAX} each")
            offering.make_seats(hall, rows=size["rows"], per_row=size["seats"], sector=sector)

    def performance(self, key: str, node: Node, now: datetime) -> bool:
        """Make a performance and put it on sale; False: it is there."""
        told = self.mapping(node, node.line, *_PERFORMANCE)
        known = Performance.objects.filter(key=key).first()
        if known is not None and known.stage != Stage.DRAFT:
            return False
        new = self.new_performance(key, told, node)
        made = self.at(node, lambda: offering.make_performance(new, now=now))
        for name, one in self.named(told.get("categories")).items():
            category = self.category(name, one, made.currency)
            self.at(one, partial(offering.add_category, made.id, category))
        for word, one in self.named(told.get("promo_codes")).items():
            self.promo(made, word, one)
        source = self.text(told, "source", node)
        self.at(node, lambda: offering.open_sale(made.id, source=source, now=now))
        return True

    def new_performance(self, key: str, told: dict[str, Node], node: Node) -> NewPerformance:
        """Return a performance to be; who and where must be named in this file or kept before."""
        self.there(Operator, told, "operator", node)
        self.there(Organiser, told, "organiser", node)
        self.there(Venue, told, "venue", node)
        venue, hall = self.text(told, "venue", node), self.text(told, "hall", node)
        found = Hall.objects.filter(venue_id=venue, name=hall).first()
        if found is None:
            raise self.wrong(told["hall"], f"{venue} has no hall {hall}", "a hall of the venue")
        titles = self.named(told.get("titles"))
        ends_at = self.moment(told, "sale_ends_at", node) if "sale_ends_at" in told else None
        words = {
            name: self.text(told, name, node)
            for name in ("currency", "sale_pack", "refund_pack")
            if name in told
        }
        numbers = {
            name: self.whole(told, name, node)
            for name in ("hold_minutes", "per_order_max", "offer_minutes")
            if name in told
        }
        return NewPerformance(
            key=key,
            operator=self.text(told, "operator", node),
            organiser=self.text(told, "organiser", node),
            hall_id=found.id,
            titles={name: self.scalar(one) for name, one in titles.items()},
            starts_at=self.moment(told, "starts_at", node),
            sale_starts_at=self.moment(told, "sale_starts_at", node),
            reentry=self.text(told, "reentry", node) == "yes" if "reentry" in told else False,
            sale_ends_at=ends_at,
            phone_code=self.phone_code(told, node),
            **words,  # type: ignore[arg-type]
            **numbers,  # type: ignore[arg-type]
        )

    def phone_code(self, told: dict[str, Node], node: Node) -> PhoneCode:
        """Return what gates ask of telephones; nothing, unless the file says more."""
        text = self.text(told, "phone_code", node) if "phone_code" in told else PhoneCode.NONE
        if text not in set(PhoneCode):
            raise self.wrong(told["phone_code"], f"phone_code is {text}", ", ".join(PhoneCode))
        return PhoneCode(text)

    def category(self, name: str, node: Node, currency: str) -> NewCategory:
        told = self.mapping(node, node.line, "nominal", "count", "sectors")
        nominal = self.at(node, lambda: parse_money(self.text(told, "nominal", node)))
        if nominal.unit != currency:
            raise self.wrong(told["nominal"], str(nominal), f"an amount in {currency}")
        sectors = told.get("sectors")
        if sectors is not None and not isinstance(sectors, Sequence):
            raise self.wrong(sectors, "sectors is no list", "a list of sectors")
        return NewCategory(
            name=name,
            nominal=nominal.minor,
            count=self.whole(told, "count", node) if "count" in told else 0,
            sectors=tuple(self.scalar(one) for one in sectors.items) if sectors else (),
        )

    def promo(self, made: Performance, word: str, node: Node) -> None:
        told = self.mapping(node, node.line, "percent", "starts_at", "ends_at", "uses")
        percent, starts_at, ends_at = (
            self.whole(told, "percent", node),
            self.moment(told, "starts_at", node),
            self.moment(told, "ends_at", node),
        )
        uses = self.whole(told, "uses", node) if "uses" in told else None
        if ends_at <= starts_at:
            raise self.wrong(told["ends_at"], "it ends before it starts", "a later moment")
        self.at(
            node,
            lambda: offering.add_promo(
                made.id,
                word,
                percent=percent * _PERCENT,
                starts_at=starts_at,
                ends_at=ends_at,
                uses=uses,
            ),
        )

    def delivery(self, key: str, node: Node, now: datetime) -> None:
        """Announce a way of delivery; one of this name is there: it stays as it was announced."""
        words, numbers = ("operator", "kind", "country"), ("closes_hours", "days")
        told = self.mapping(node, node.line, *words, "city", "fee", "offered_from", *numbers)
        self.there(Operator, told, "operator", node)
        fee = self.at(node, lambda: parse_money(self.text(told, "fee", node)))
        new = NewDeliveryOffer(
            **{name: self.text(told, name, node) for name in words},  # type: ignore[arg-type]
            **{name: self.whole(told, name, node) for name in numbers if name in told},  # type: ignore[arg-type]
            city=self.text(told, "city", node) if "city" in told else "",
            fee=fee,
            offered_from=self.moment(told, "offered_from", node),
        )
        named = uuid5(_DELIVERIES, key)
        self.at(node, lambda: offered.announce(new, id_=named, now=now))

    def there(
        self,
        model: type[Operator | Organiser | Venue],
        told: dict[str, Node],
        name: str,
        node: Node,
    ) -> None:
        key = self.text(told, name, node)
        if not model.objects.filter(key=key).exists():
            expected = f"one that stands under {name}s here or was kept before"
            raise self.wrong(told[name], f"there is no {name} {key}", expected)

    def mapping(self, node: Node | None, line: int, *known: str) -> dict[str, Node]:
        """Return the entries of a mapping whose names are all known."""
        if not isinstance(node, Mapping):
            raise self.wrong(line, "it has no names", f"a mapping: {', '.join(known)}")
        for name, at in node.keys.items():
            if name not in known:
                raise self.wrong(at.line, f"{name} is not known here", ", ".join(known))
        return node.entries

    def named(self, node: Node | None) -> dict[str, Node]:
        """Return the entries of a mapping by names of the file's own; nothing is none."""
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return {}
        if not isinstance(node, Mapping):
            raise self.wrong(node, "it has no names", "a mapping")
        return node.entries

    def text(self, told: dict[str, Node], name: str, node: Node) -> str:
        if name not in told:
            raise self.wrong(node, f"{name} is missing", name)
        return self.scalar(told[name])

    def scalar(self, node: Node) -> str:
        if not isinstance(node, Scalar) or node.is_null or not node.text.strip():
            raise self.wrong(node, "nothing is written here", "one value")
        return node.text.strip()

    def whole(self, told: dict[str, Node], name: str, node: Node) -> int:
        text = self.text(told, name, node)
        if not (text.isascii() and text.isdigit() and len(text) < _DIGITS):
            raise self.wrong(told[name], f"{name} is {text}", "a whole number, 0 or more")
        return int(text)

    def moment(self, told: dict[str, Node], name: str, node: Node) -> datetime:
        text = self.text(told, name, node)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            expected = "a moment with its offset, as 2026-12-20T19:00:00+03:00"
            raise self.wrong(told[name], f"{name} is {text}", expected)
        return found

    def clean(self, row: models.Model, node: Node) -> None:
        """Refuse what does not fit into its columns."""
        try:
            row.clean_fields(exclude={"party_id"})
        except ValidationError as error:
            with translation.override("en"):  # as every message of a file, wherever it is read
                said = " ".join(error.messages)
            raise self.wrong(node, said, "values that fit") from None

    def at(self, node: Node, act: Callable[[], _T]) -> _T:
        """Do something; a refusal of it is told with its place in the file."""
        try:
            return act()
        except (BadCatalogue, BadDeliveryOffer) as error:
            raise self.wrong(node, f"{error.field} is {error.given}", error.expected) from error
        except (TermsError, BadMoney) as error:
            raise self.wrong(node, str(error), "terms that can be used, and amounts") from error

    def wrong(self, at: Node | int, what: str, expected: str) -> CatalogueUnreadable:
        line = at if isinstance(at, int) else at.line
        return CatalogueUnreadable(file=self.file, line=line, what=what, expected=expected)


_DIGITS = 10
_PERFORMANCE = (
    *("operator", "organiser", "venue", "hall", "titles", "starts_at", "sale_starts_at"),
    *("sale_ends_at", "currency", "sale_pack", "refund_pack", "hold_minutes", "per_order_max"),
    *("offer_minutes", "reentry", "phone_code", "source", "categories", "promo_codes"),
)
