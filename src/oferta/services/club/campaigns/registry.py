"""Campaigns on record: nothing open, nothing that differs from the terms, or no start (BC-09).

The clauses of an edition are the law: they grant, cap and date a campaign's bonus. The record says
who stands behind it and where its own papers are; starting it holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.db import transaction

from oferta.core.terms import shelf
from oferta.core.terms.types import Edition, Kind, Limit, Type
from oferta.core.terms.values import parse_value, write_value
from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import LANGUAGES
from oferta.services.club.errors import (
    BadCampaign,
    CampaignDiffers,
    CampaignOpen,
    CampaignRunning,
    UnknownCampaign,
    UnknownPartner,
)
from oferta.services.club.facts import EARNING, PACK, money
from oferta.services.club.models import (
    BANK_RATE_MAX,
    PARTNER_RATE_MAX,
    Campaign,
    Partner,
    PartnerRate,
)

_EPOCH = date(1970, 1, 1).toordinal()
#: Fields that must not be open when a campaign starts, in the order in which people fill them.
FIELDS = (
    "title",
    "clause",
    "rate",
    "limit",
    "cap",
    "cap_period",
    "accrual_days",
    "starts",
    "ends",
    "document",
)
_PERCENT = Type(Kind.PERCENT)
#: How the id of a clause goes on whose twin grants the same and lets a repeat wait.
TWIN = "-repeat-held"
#: A ceiling is one member's: the Bank's questions know them as customers, the partners' as members.
_OF_ONE = (("customer",), ("member",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """A clause of the terms that grants for a while, and that no started campaign stands behind."""

    clause: str
    edition: str
    starts: date | None
    ends: date


@transaction.atomic
def put(key: str, **told: Any) -> Campaign:
    """Keep the record of a campaign; told again, the newer record counts while it is a draft.

    Args:
        key: its short name, which never changes.
        told: fields of `Campaign`; `rate` in ten-thousandths of a percent, `cap` in minor units,
            `partner` a partner's key. What is left out is open.

    Raises:
        BadCampaign: a field that there is not, or a rate above its ceiling: 10% of the Bank but
            for a cited exception (BC-15, BC-18), 30% of a partner (BC-14).
        UnknownPartner: there is no such partner.
        CampaignRunning: it has started.
    """
    if not key.replace("-", "").isalnum():
        raise BadCampaign(campaign=key, field="key", given=key, expected="letters, digits, -")
    known = {*FIELDS, "owner", "exception", "partner"}
    if strange := sorted(told.keys() - known):
        expected = ", ".join(sorted(known))
        raise BadCampaign(campaign=key, field=strange[0], given=strange[0], expected=expected)
    found = Campaign.objects.select_for_update().filter(key=key).first()
    if found is not None and found.state == "started":
        raise CampaignRunning(campaign=key)
    partner = told.pop("partner", None)
    if partner is not None and not Partner.objects.filter(key=partner).exists():
        raise UnknownPartner(partner=str(partner))
    made = Campaign(key=key, partner_id=partner, owner=told.pop("owner", "bank"), **told)
    _check(made)
    made.save()
    return made


@transaction.atomic
def start(key: str, *, by: UUID | None = None, now: datetime) -> Campaign:
    """Start a campaign: from now on it is shown to customers.

    Raises:
        UnknownCampaign: there is none.
        CampaignOpen: a field of its record is open (BC-09, BC-39).
        CampaignDiffers: the terms of its days do not have the clause, window, rate, limit or
            accrual day that the record has, or do not settle the exception that it cites.
    """
    found = _locked(key)
    if found.state == "started":
        return found
    for field in FIELDS:
        if _is_open(found, field):
            raise CampaignOpen(campaign=key, field=field)
    for field, record, terms in _compared(found):
        if record != terms:
            raise CampaignDiffers(campaign=key, field=field, record=record, terms=terms)
    found.state, found.started_at, found.started_by = "started", zoned(now), by
    found.save(update_fields=["state", "started_at", "started_by"])
    return found


@transaction.atomic
def stop(key: str) -> Campaign:
    """Show a campaign no longer. What its clauses promise stands until an edition says otherwise.

    Raises:
        UnknownCampaign: there is none.
    """
    found = _locked(key)
    if found.state == "started":
        found.state = "stopped"
        found.save(update_fields=["state"])
    return found


def listed(on: date) -> list[Campaign]:
    """Return the started campaigns that run on a day, those that end first first (BC-26)."""
    running = Campaign.objects.filter(state="started", starts__lte=on, ends__gte=on)
    return list(running.select_related("partner").order_by("ends", "key"))


def over(on: date) -> list[Campaign]:
    """Return started campaigns whose days are over, the newest first: they are history (BC-41)."""
    past = Campaign.objects.filter(state="started", ends__lt=on)
    return list(past.select_related("partner").order_by("-ends", "key"))


def unrecorded() -> list[Unrecorded]:
    """Return the clauses that grant for a while and have no started campaign behind them."""
    started = set(Campaign.objects.filter(state="started").values_list("clause", flat=True))
    found: dict[str, Unrecorded] = {}
    for edition in shelf.terms().pack(PACK).editions:
        for clause_id in sorted({id_ for one in edition.limits.values() for id_ in one.clauses}):
            clause = edition.clauses.get(clause_id)
            if clause is None or clause.in_force.through is None or clause_id in started:
                continue
            if clause_id.endswith(TWIN):
                continue
            found[clause_id] = Unrecorded(
                clause=clause_id,
                edition=edition.id,
                starts=_date(clause.in_force.start),
                ends=date.fromordinal(clause.in_force.through + _EPOCH),
            )
    return list(found.values())


@transaction.atomic
def load(file: Path) -> list[str]:
    """Keep the campaigns of a YAML file; those that have started are left as they are.

    Returns:
        The keys that the file names.

    Raises:
        BadCampaign: unreadable, or an entry is none; nothing of the file is kept.
    """
    try:
        told = dict(yaml.safe_load(file.read_text(encoding="utf-8"))["campaigns"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError) as wrong:
        raise BadCampaign(
            campaign="", field=file.name, given=str(wrong), expected="a YAML file with `campaigns`"
        ) from wrong
    started = set(Campaign.objects.filter(state="started").values_list("key", flat=True))
    for key, one in told.items():
        if key not in started:
            put(key, **_read(key, dict(one or {})))
    return list(told)


def rate_text(rate: int) -> str:
    """Return a rate as the terms write it."""
    return write_value(rate, _PERCENT)


def _read(key: str, told: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a file's entry as the table keeps them."""
    unit = _limit_type()
    for field, type_ in (("rate", _PERCENT), ("cap", unit)):
        if told.get(field) is not None:
            try:
                told[field] = parse_value(str(told[field]), type_)
            except OfertaError as wrong:
                raise BadCampaign(
                    campaign=key, field=field, given=str(told[field]), expected="10%, 1000 KZT"
                ) from wrong
    return {field: value for field, value in told.items() if value is not None}


def _limit_type() -> Type:
    (question,) = (shelf.terms().pack(PACK).questions[one] for one in EARNING[:1])
    return next(field.type for field in question.answer if field.name == "amount")


def _check(made: Campaign) -> None:
    def wrong(field: str, given: object, expected: str) -> BadCampaign:
        return BadCampaign(campaign=made.key, field=field, given=str(given), expected=expected)

    if made.owner not in {"bank", "partner"} or (made.owner == "partner") != bool(made.partner_id):
        raise wrong("owner", made.owner, "bank, or partner with the key of one")
    rate_max = PARTNER_RATE_MAX if made.owner == "partner" else BANK_RATE_MAX
    excepted = made.owner == "bank" and bool(made.exception)
    if made.rate is not None and not (made.rate > 0 and (made.rate <= rate_max or excepted)):
        expected = f"at most {rate_text(rate_max)}, or a cited exception"
        raise wrong("rate", rate_text(made.rate), expected)
    if made.starts and made.ends and made.ends < made.starts:
        raise wrong("ends", made.ends, f"{made.starts} or later")


def _is_open(found: Campaign, field: str) -> bool:
    if field == "title":
        return not all(str(found.title.get(one, "")).strip() for one in LANGUAGES)
    return getattr(found, field) in {None, ""}


def _compared(found: Campaign) -> Iterator[tuple[str, str, str]]:
    """Yield what the record says and what the terms of its first day say, field by field."""
    assert found.starts is not None  # noqa: S101 - an open field was refused before
    edition = shelf.terms().edition(PACK, found.starts.toordinal() - _EPOCH)
    clause = edition.clauses.get(found.clause)
    yield "clause", found.clause, clause.id if clause else ""
    if clause is None:
        return
    yield "starts", str(found.starts), str(_date(clause.in_force.start) or "")
    yield "ends", str(found.ends), str(_date(clause.in_force.through) or "")
    then = {one.field: one.source for one in clause.then}
    yield "rate", rate_text(found.rate or 0), _rate(edition, then.get("rate", ""), found)
    days = _value(edition, then.get("accrual_days", "0"), Type(Kind.INTEGER))
    yield "accrual_days", str(found.accrual_days), str(days)
    yield from _limits(found, edition.limits.get(found.limit))
    if found.exception:
        settled = {one.requirement for value in edition.values.values() for one in value.settles}
        cited = found.exception if found.exception in settled else ""
        yield "exception", found.exception, cited


def _limits(found: Campaign, limit: Limit | None) -> Iterator[tuple[str, str, str]]:
    caps = limit is not None and found.clause in limit.clauses and limit.per in _OF_ONE
    yield "limit", found.limit, found.limit if caps else ""
    if limit is not None:
        yield "cap", money(found.cap or 0), money(int(limit.at_most.value or 0))
        yield "cap_period", found.cap_period, limit.period


def _rate(edition: Edition, source: str, found: Campaign) -> str:
    if found.partner_id is None:
        rate = _value(edition, source, _PERCENT)
        return "" if rate is None else rate_text(rate)
    given = PartnerRate.objects.filter(
        partner_id=found.partner_id, starts__lte=found.starts
    ).exclude(ends__lt=found.ends)
    rates = list(given.values_list("rate", flat=True))
    return rate_text(rates[0]) if len(rates) == 1 and source == "partner_rate" else ""


def _value(edition: Edition, source: str, type_: Type) -> int | None:
    """Return the number that a clause's field is: a named value of the edition or one written."""
    named: Mapping[str, Any] = edition.values
    try:
        coded = named[source].const.value if source in named else parse_value(source, type_)
    except OfertaError:
        return None
    return coded if isinstance(coded, int) else None


def _date(coded: int | None) -> date | None:
    return None if coded is None else date.fromordinal(coded + _EPOCH)


def _locked(key: str) -> Campaign:
    found = Campaign.objects.select_for_update().filter(key=key).first()
    if found is None:
        raise UnknownCampaign(campaign=key)
    return found
