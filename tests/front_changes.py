"""Performances that something became of, and incidents, for tests that walk the office's pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from oferta.core.decisions import actions as decisions
from oferta.core.parties.types import Actor, Role
from oferta.kernel.i18n import LANGUAGES
from oferta.services.tickets import incidents
from oferta.services.tickets.models import Venue
from oferta.services.tickets.refunding import cancelling, changing, choosing, proposing, regimes
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.types import Buyer, OfficeIncidentKind, Stage
from ticket_world import a_show, bought, tickets_of

WORDS = "Ұйымдастырушының хаты"


def build(who: Buyer, staff: dict[Role, Actor], now: datetime) -> dict[str, Any]:
    """Have performances of every kind of change; one change waits for a second person."""
    shows = [a_show(general=3, starts_at=now + timedelta(days=40 + one)) for one in range(4)]
    venues = [one.performance.hall.venue_id for one in shows]
    Venue.objects.filter(key__in=venues).update(region="Ақтөбе")
    before = now - timedelta(days=2)
    orders = [bought(one, buyer=who, now=before) for one in shows]
    moved, replaced, called_off, waits = shows
    later = now - timedelta(days=1)
    title = {"kk": "Шопен кеші", "ru": "Вечер Шопена"}
    postponed = Change(stage=Stage.POSTPONED, source=WORDS, starts_at=now + timedelta(days=90))
    changing.carry_out(moved.id, postponed, now=later)
    instead = Change(stage=Stage.REPLACED, source=WORDS, instead=title)
    changing.carry_out(replaced.id, instead, now=later)
    choosing.keep(orders[1].id, tickets_of(orders[1:2]), now=now)
    regimes.begin("Ақтөбе", WORDS, later.date(), now=now)
    off = Change(stage=Stage.CANCELLED, source=WORDS, high_alert=True)
    decisions.set_authority("ticket-refunds", second_person_above=10**6)
    done = proposing.propose(called_off.id, off, actor=staff[Role.CLERK], now=now)
    change = proposing.do(done.id, actor=staff[Role.CLERK], now=now)
    cancelling.refund_all(change.performance_id, now=now)
    undated = Change(stage=Stage.POSTPONED, source=WORDS)
    waiting = proposing.propose(waits.id, undated, actor=staff[Role.CLERK], now=now)
    _office_incidents(staff, now)
    return {
        "moved_id": moved.id,
        "replaced_id": replaced.id,
        "called_off_id": called_off.id,
        "moved_order_id": orders[0].id,
        "replaced_order_id": orders[1].id,
        "prepared_id": waiting.id,
        "prepared_done_id": done.id,
    }


def _office_incidents(staff: dict[Role, Actor], now: datetime) -> None:
    """Have an outage that is public and goes on, and a leak that nobody published yet."""
    words = {tag: dict.fromkeys(incidents.PARTS, WORDS) for tag in LANGUAGES}
    for kind in (OfficeIncidentKind.OUTAGE, OfficeIncidentKind.LEAK):
        new = incidents.NewIncident(
            kind=kind,
            began_at=now - timedelta(minutes=5),
            words=words,
            channel=WORDS,
            claimed=WORDS,
            confirmed=WORDS,
        )
        made = incidents.note(new, actor=staff[Role.CLERK], now=now)
        if kind is OfficeIncidentKind.OUTAGE:
            incidents.publish(made.id, actor=staff[Role.APPROVER], now=now)
