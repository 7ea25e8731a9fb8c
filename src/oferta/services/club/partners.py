"""Partners of the club and what each gives on which day; terminals and what they tell (BC-05)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Q

from oferta.core.parties import identity
from oferta.core.parties import queries as parties
from oferta.core.parties.identity_types import PartyKind
from oferta.core.terms import shelf
from oferta.core.terms.values import parse_value, write_value
from oferta.kernel.errors import OfertaError
from oferta.kernel.lookalikes import folded
from oferta.services.club.errors import BadPartner, RateInThePast, UnknownPartner
from oferta.services.club.facts import PACK
from oferta.services.club.models import PARTNER_RATE_MAX, Partner, PartnerRate, Terminal

#: What is agreed with a partner apart (BC-01).
AGREED = ("earns", "redeems", "instalments")
_TERMINAL_FACTS = {"owner": "terminal_owner", "channel": "channel", "category": "category"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A partner as the public list shows it on a day."""

    key: str
    name: str
    #: In ten-thousandths of a percent; None: it gives no bonus of its own that day.
    rate: int | None
    earns: bool
    redeems: bool
    instalments: bool
    #: City and address of each till, each once.
    outlets: tuple[tuple[str, str], ...]


def put_partner(key: str, *, name: str, **agreed: bool) -> None:
    """Keep a partner and what is agreed with it; kept again, the newer agreement counts.

    Args:
        key: its short name, which never changes.
        name: as customers read it.
        agreed: `earns`, `redeems`, `instalments` (BC-01).

    Raises:
        BadPartner: the key or name is none.
    """
    if not key.replace("-", "").isalnum() or not name.strip():
        raise BadPartner(partner=key, field="key, name", given=name, expected="letters, digits, -")
    Partner.objects.update_or_create(key=key, defaults={"name": name.strip(), **agreed})


@transaction.atomic
def set_rate(key: str, rate: str, *, starts: date, ends: date | None = None, today: date) -> None:
    """Give a partner a rate from a day on; the rate before it ends the day before (BC-14).

    Args:
        key: of the partner.
        rate: as the terms write a percent, above 0% and at most 30%.
        starts: its first day, today or later: what was promised for a day is not changed after it.
        ends: its last day; None until further notice.
        today: the club's day.

    Raises:
        UnknownPartner: there is none.
        BadPartner: the rate is none, above 30%, or ends before it starts.
        RateInThePast: the period begins before today, and the partner had a rate already.
    """
    found = Partner.objects.filter(key=key).select_for_update().first()
    if found is None:
        raise UnknownPartner(partner=key)
    coded = _rate(key, rate)
    if ends is not None and ends < starts:
        raise BadPartner(partner=key, field="ends", given=str(ends), expected=f"{starts} or later")
    same = found.rates.filter(starts=starts, ends=ends, rate=coded)
    if same.exists():
        return
    if starts < today and found.rates.exists():
        raise RateInThePast(partner=key, starts=str(starts), today=str(today))
    found.rates.filter(starts__gte=starts).delete()
    found.rates.filter(Q(ends__isnull=True) | Q(ends__gte=starts)).update(
        ends=starts - timedelta(days=1)
    )
    PartnerRate.objects.create(partner=found, rate=coded, starts=starts, ends=ends)


def give_to(key: str, organisation: str) -> None:
    """Say which organisation a partner is: its people see the partner's console.

    Args:
        key: of the partner.
        organisation: the operator's own name of the customer that the organisation is.

    Raises:
        UnknownPartner: there is none.
        BadPartner: no such customer, or it is a person.
    """
    found = parties.ids_by_key([organisation]).get(organisation)
    if found is None or identity.kind_of(found) is not PartyKind.ORGANISATION:
        expected = "the key of a customer that is an organisation"
        raise BadPartner(partner=key, field="organisation", given=organisation, expected=expected)
    if not Partner.objects.filter(key=key).update(organisation_id=found):
        raise UnknownPartner(partner=key)


def put_terminal(code: str, **told: Any) -> None:
    """Keep a terminal; kept again, the newer record counts.

    Args:
        code: as the acquirer names it.
        told: fields of `Terminal`; `partner` is a partner's key.

    Raises:
        BadPartner: an owner, channel or category that the terms do not know.
        UnknownPartner: there is no such partner.
    """
    for field, fact in _TERMINAL_FACTS.items():
        values = shelf.terms().pack(PACK).facts[fact].type.values
        if field in told and told[field] not in values:
            raise BadPartner(
                partner=code, field=field, given=str(told[field]), expected=", ".join(values)
            )
    partner = told.pop("partner", None)
    if partner is not None and not Partner.objects.filter(key=partner).exists():
        raise UnknownPartner(partner=str(partner))
    Terminal.objects.update_or_create(code=code, defaults={**told, "partner_id": partner})


@transaction.atomic
def load(file: Path, *, today: date) -> tuple[int, int]:
    """Keep the partners and terminals of a YAML file; a second time it changes nothing.

    Returns:
        How many partners and how many terminals it names.

    Raises:
        BadPartner: unreadable, or an entry is none; nothing of the file is kept.
    """
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        partners, terminals = dict(told["partners"]), dict(told.get("terminals") or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError) as wrong:
        expected = "a YAML file with `partners` and `terminals`"
        raise BadPartner(
            partner="", field=file.name, given=str(wrong), expected=expected
        ) from wrong
    for key, one in partners.items():
        agreed = {
            name: bool(one[name]) for name in ("earns", "redeems", "instalments") if name in one
        }
        put_partner(key, name=str(one.get("name", "")), **agreed)
        # What a register that has none yet is told of the past was promised elsewhere.
        first = not PartnerRate.objects.filter(partner_id=key).exists()
        if "organisation" in one:
            give_to(key, str(one["organisation"]))
        for rate in one.get("rates", ()):
            set_rate(
                key,
                str(rate["rate"]),
                starts=rate["from"],
                ends=rate.get("through"),
                today=min(today, rate["from"]) if first else today,
            )
    for code, one in terminals.items():
        put_terminal(str(code), **one)
    return len(partners), len(terminals)


def listed(on: date, text: str = "") -> list[Listed]:
    """Return the partners of a day, by name; `text` is looked for in names and cities (BC-78).

    Look-alike letters are the same: a name typed in Cyrillic is found by Latin letters (BC-45).
    """
    wanted = folded(text.strip())
    found = [
        one
        for one in Partner.objects.order_by("name").prefetch_related("rates", "terminals")
        if any(wanted in folded(name) for name in (one.name, *_cities(one)))
    ]
    return [
        Listed(
            key=one.key,
            name=one.name,
            rate=next((rate.rate for rate in one.rates.all() if _holds(rate, on)), None),
            earns=one.earns,
            redeems=one.redeems,
            instalments=one.instalments,
            outlets=tuple(
                sorted({(till.city, till.address) for till in one.terminals.all() if till.city})
            ),
        )
        for one in found
    ]


def facts_at(codes: Iterable[str], on: date) -> dict[str, dict[str, object]]:
    """Return what terminals tell of a payment on a day, as facts of the terms, by code.

    `partner` names the partner and `merchant` the seller; a code that is unknown is left out.
    """
    rates = {
        rate.partner_id: rate.rate
        for rate in PartnerRate.objects.filter(starts__lte=on, partner__earns=True)
        if _holds(rate, on)
    }
    return {till.code: _facts(till, rates) for till in Terminal.objects.filter(code__in=set(codes))}


def _cities(partner: Partner) -> set[str]:
    return {till.city for till in partner.terminals.all()}


def _facts(till: Terminal, rates: Mapping[str, int]) -> dict[str, object]:
    told: dict[str, object] = {
        "terminal_owner": till.owner,
        "channel": till.channel,
        "category": till.category,
        "merchant": till.merchant,
        "mcc": till.mcc,
        "abroad": till.abroad,
        "partner_rate": None,
    }
    if till.partner_id is not None and till.partner_id in rates:
        type_ = shelf.terms().pack(PACK).facts["partner_rate"].type
        told |= {
            "partner": till.partner_id,
            "partner_rate": write_value(rates[till.partner_id], type_),
        }
    return told


def _holds(rate: PartnerRate, on: date) -> bool:
    return rate.starts <= on and (rate.ends is None or on <= rate.ends)


def _rate(key: str, text: str) -> int:
    type_ = shelf.terms().pack(PACK).facts["partner_rate"].type
    try:
        coded = parse_value(text, type_)
    except OfertaError:
        coded = None
    if not isinstance(coded, int) or not 0 < coded <= PARTNER_RATE_MAX:
        raise BadPartner(partner=key, field="rate", given=text, expected="above 0%, at most 30%")
    return coded
