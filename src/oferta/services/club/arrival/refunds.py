"""Deciding refunds: what each takes back, whatever came before what.

Where a late arrival changes what earlier refunds were told (another purchase fits better, or more
is refunded than was paid and another refund is the one above it), their Decisions are made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from oferta.core.cases import actions as cases
from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Answer, Recounted, Status
from oferta.services.club import facts, keeping, refunding
from oferta.services.club.arrival import reading, waiting
from oferta.services.club.arrival.claims import Claim, claims_of
from oferta.services.club.arrival.reading import Story
from oferta.services.club.arrival.rules import Returned, assigned
from oferta.services.club.campaigns import accruing
from oferta.services.club.correcting import follow
from oferta.services.club.models import Payment
from oferta.services.club.reporting import Tells
from oferta.services.club.types import Pair, Refund

#: What a person is asked about a Decision whose outcome says `hold`.
ASKING = "refund"
_STORE = """
INSERT INTO club_payment (key, card, merchant, paid_on, amount, repeat_no, purchase_key, refund_of)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::bigint[], %s::integer[],
                     %s::text[], %s::text[])
ON CONFLICT (key) DO NOTHING
"""


def take(
    refunds: Sequence[Refund], *, bank: int, report: Tells, now: datetime, patient: bool = True
) -> None:
    """Decide refunds that are not on file yet, or let them wait for their purchase.

    Args:
        refunds: in any order.
        bank: the account of the Bank's bonuses.
        report: is told what became of each.
        now: when it is decided.
        patient: let those wait whose purchase may still come.
    """
    if not refunds:
        return
    with transaction.atomic():
        keeping.hold(one.member for one in refunds)
        report.answers(_take(refunds, bank, report, now, patient=patient))


def rematch(pairs: Iterable[Pair], *, bank: int, now: datetime) -> None:
    """Look again which purchases the refunds of these members at these sellers return."""
    wanted = set(pairs)
    if not wanted:
        return
    with transaction.atomic():
        keeping.hold(member for member, _ in wanted)
        if moved := _moved(wanted, []):
            _settle(moved, {}, bank, now)


def adopt(purchase_keys: Sequence[str], *, bank: int, now: datetime) -> None:
    """Give purchases the refunds that name them and were asked about without them."""
    rows = reading.orphans(purchase_keys)
    if not rows:
        return
    with transaction.atomic():
        moved: dict[str, tuple[str, ...]] = {}
        for one in rows:
            Payment.objects.filter(key=one.key).update(purchase_key=one.refund_of)
            moved[one.refund_of] = (*moved.get(one.refund_of, ()), one.key)
        _settle(moved, {}, bank, now)


def recount(earned: Sequence[Recounted], *, bank: int, now: datetime) -> None:
    """Look again what refunds take back of purchases that earn something else now.

    The lots follow both together, so that none is owed for a moment what another has.

    Args:
        earned: about purchases, each with its key in the context as `payment`; what they give is
            open (`correcting.open_instead`), and the members are locked.
        bank: the account of the Bank's bonuses.
        now: when it is decided.
    """
    purchases = sorted({str(new.context["payment"]) for _, new in earned})
    _settle(dict.fromkeys(purchases, ()), {}, bank, now, earned)


def _take(
    refunds: Sequence[Refund], bank: int, report: Tells, now: datetime, *, patient: bool
) -> list[Answer]:
    matched, moved = _matched(refunds)
    kept: set[str] = set()
    if patient:
        kept = waiting.keep([one for one in refunds if not matched[one.key]], now=now)
        for key in sorted(kept):
            report.refund_waits(key)
    taken = [one for one in refunds if one.key not in kept]
    fresh: dict[str, list[Refund]] = {}
    for one in taken:
        fresh.setdefault(matched[one.key], []).append(one)
    answers = _settle(moved, fresh, bank, now)
    waiting.done(one.key for one in taken)
    return answers


def _matched(refunds: Sequence[Refund]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return each refund's purchase ("" for none), and what moves because they came."""
    named = reading.purchases_called(one.named for one in refunds)
    found = {one.key: one.named if one.named in named else "" for one in refunds}
    # A refund that names its purchase takes it from others at the same seller, as the next comes.
    moved = _moved({one.pair for one in refunds}, refunds, found)
    return found, moved


def _moved(
    pairs: Iterable[Pair], refunds: Sequence[Refund], found: dict[str, str] | None = None
) -> dict[str, tuple[str, ...]]:
    """Match anew; return the purchases concerned, each with the refunds that came to it.

    Args:
        pairs: members and sellers.
        refunds: that are not on file yet.
        found: is told what those of them return which name nothing.
    """
    touched: dict[str, list[str]] = {}
    changed: dict[str, str] = {}
    for pair, item in reading.on_file(pairs).items():
        coming = [
            Returned(one.key, one.paid_on, one.amount, one.named, "")
            for one in refunds
            if one.pair == pair
        ]
        best = assigned(item.purchases, [*item.refunds, *coming])
        for one in coming:
            if not one.named and found is not None:
                found[one.key] = best[one.key]
        for one in item.refunds:
            new = best.get(one.key, one.purchase_key)
            if not one.named and new != one.purchase_key:
                touched.setdefault(one.purchase_key, [])
                touched.setdefault(new, []).append(one.key)
                changed[one.key] = new
    for key, new in changed.items():
        Payment.objects.filter(key=key).update(purchase_key=new)
    return {key: tuple(keys) for key, keys in touched.items()}


def _settle(
    moved: dict[str, tuple[str, ...]],
    fresh: dict[str, list[Refund]],
    bank: int,
    now: datetime,
    earned: Sequence[Recounted] = (),
) -> list[Answer]:
    """Decide what is new and make again what is wrong now, of every purchase concerned.

    Args:
        moved: purchases, each with the refunds on file that are matched to it only since now.
        fresh: refunds that are not on file, by their purchase.
        bank: the account of the Bank's bonuses.
        now: when it is decided.
        earned: what was made again of these purchases themselves.
    """
    stories = reading.stories([*moved, *fresh])
    stories[""] = reading.without_purchase(moved.get("", ()))
    _end_waits(stories, fresh, now)
    claims: list[Claim] = []
    for key, story in stories.items():
        claims += claims_of(story, fresh.get(key, ()), moved.get(key, ()), bank)
    again = decisions.recount([one.recount() for one in claims if one.wrong], now=now)
    events = [event for one in claims if (event := one.event()) is not None]
    answers = decisions.decide_many(events, now=now)
    _store(fresh, answers)
    made = [one for answer in answers if not answer.replayed for one in answer.decisions]
    follow([*earned, *again])
    refunding.take_back(made)
    held = [one for one in (*made, *(one.new for one in again)) if (one.outcome or {}).get("hold")]
    cases.open_reviews(held, asking=ASKING, now=now)
    return answers


def _end_waits(stories: dict[str, Story], fresh: dict[str, list[Refund]], now: datetime) -> None:
    """Make available what purchases with refunds earned: only then it can be taken back."""
    refunded = {key for key, one in stories.items() if key and (one.refunds or fresh.get(key))}
    members = {int(made.context["member"]) for key in refunded
               for made in stories[key].earning.values()}  # fmt: skip
    keeping.hold(members)
    accruing.before_refunds(refunded, now=now)


def _store(fresh: dict[str, list[Refund]], answers: Sequence[Answer]) -> None:
    undecided = {one.key for one in answers if one.status is Status.REJECTED}
    rows = [
        (
            one.key,
            one.card,
            one.merchant,
            one.paid_on,
            -one.amount,
            one.repeat_no,
            purchase,
            one.named,
        )
        for purchase, own in fresh.items()
        for one in own
        # One that could not be asked is left for the next time, when the cause may be mended.
        if undecided.isdisjoint(facts.refund_key(one.key, name) for name in facts.EARNING)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [list(column) for column in zip(*rows, strict=True)])
