"""What each refund of a purchase takes back of each funder's bonus: pure but for the terms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oferta.core.decisions.types import Decision, Event, Recount
from oferta.core.terms import shelf
from oferta.services.club.arrival.reading import Story
from oferta.services.club.facts import EARNING, PACK, refund_event, refund_facts
from oferta.services.club.types import Earned, Purchase, Refund, Share

#: The funder of a bonus that nobody gave.
NOBODY = 0


@dataclass(slots=True)
class Claim:
    """What one refund takes back of one funder's bonus, as it should be."""

    refund: Refund
    purchase: Purchase | None
    share: Share
    #: The Decision that counts now, if one was made.
    stands: Decision | None
    #: As the terms say it, minor units.
    amount: int = 0
    hold: bool = False
    #: The Decision that counts is about another purchase or says something else.
    wrong: bool = False
    force: bool = False

    @property
    def by_person(self) -> bool:
        """A person decided it, and nothing here decides it again."""
        return self.stands is not None and self.stands.actor_id is not None

    def facts(self) -> dict[str, Any]:
        """Return what the terms are asked with."""
        refund = self.refund
        return refund_facts(refund.amount, refund.paid_on, self.purchase, self.share.earned)

    def event(self) -> Event | None:
        """Return the event of a refund that nobody asked about yet."""
        return None if self.stands else refund_event(self.refund, self.purchase, self.share)

    def recount(self) -> Recount:
        """Return how the Decision that counts is to be made again."""
        if self.stands is None:
            raise AssertionError  # only what stands can be wrong
        return Recount(
            decision_id=self.stands.id,
            facts=self.facts(),
            context={"funder": self.share.funder} if self.share.funder != NOBODY else {},
            force=self.force,
        )

    def ask(self) -> None:
        """Let the terms say what is taken back; what a person said stays."""
        outcome: Any
        if self.by_person and self.stands is not None:
            outcome = self.stands.outcome
        else:
            outcome = shelf.terms().decide(PACK, "clawback", self.facts()).outcome
        self.amount, self.hold = int(outcome["amount"] or 0), bool(outcome["hold"])


def claims_of(
    story: Story, fresh: Sequence[Refund], moved: Collection[str], bank: int
) -> list[Claim]:
    """Return what each refund of a purchase takes back, with what of it is wrong or not asked yet.

    Args:
        story: the purchase, and what is on file of it.
        fresh: refunds that are not on file.
        moved: those on file that were matched to another purchase until now.
        bank: the account of the Bank's bonuses.
    """
    known = story.known()
    if not known and not fresh:
        return []
    claims: list[Claim] = []
    for question in EARNING:
        share = _share(story, question, bank)
        if share is not None:
            claims += _of_funder(story, share, known, fresh, moved)
        else:
            # They had another purchase until now, or have none any more; its partner was asked too.
            asked = [one for one in known if (one.key, question) in story.taken]
            nobody = Share(question, NOBODY, Earned(rate=0, amount=0))
            claims += _of_funder(story, nobody, asked, (), moved)
    return claims


def _share(story: Story, question: str, bank: int) -> Share | None:
    """Return a funder's part; without a purchase it is the Bank's, answered by a person."""
    funder = story.funder(question)
    if funder is None and question == EARNING[0]:
        funder = bank
    if funder is None:
        return None
    return Share(question, funder, story.earned(question))


def _of_funder(
    story: Story,
    share: Share,
    known: Sequence[Refund],
    fresh: Sequence[Refund],
    moved: Collection[str],
) -> list[Claim]:
    def claim(refund: Refund) -> Claim:
        return Claim(refund, None, replace(share), story.taken.get((refund.key, share.question)))

    canonical = [claim(one) for one in sorted((*known, *fresh), key=lambda one: one.place)]
    _chain(story, share, canonical)
    as_they_came = [claim(one) for one in known]
    for one in as_they_came:
        _as_it_stands(one)
    added = [claim(one) for one in sorted(fresh, key=lambda one: one.place)]
    missing = [one for one in as_they_came if one.stands is None]
    started = [one for one in as_they_came if one.stands is not None]
    if not moved:  # what those took that moved here, they took of another purchase
        _chain(story, share, [*missing, *added], after=started)
        if _sums(canonical) == _sums([*started, *missing, *added]):
            # In which order refunds came makes no difference: together they take back the same.
            return [*started, *missing, *added]
    for one in canonical:
        stands = one.stands
        one.force = one.refund.key in moved and not one.by_person
        if stands is not None and not one.by_person:
            outcome: Any = stands.outcome or {}
            said = int(outcome.get("amount") or 0), bool(outcome.get("hold"))
            one.wrong = one.force or said != (one.amount, one.hold)
    return canonical


def _chain(
    story: Story, share: Share, claims: Sequence[Claim], after: Sequence[Claim] = ()
) -> None:
    """Ask in order: each is told what those before it, and those `after` which it comes, took.

    Never more than was earned: what a person took beyond that, or what was earned then and is no
    more, leaves nothing to be taken back, and the terms refuse facts that say otherwise.
    """
    most = 0 if share.earned.held else share.earned.amount
    refunded = sum(one.refund.amount for one in after)
    clawed_back = sum(one.amount for one in after)
    for one in claims:
        if story.purchase is not None:
            one.purchase = replace(story.purchase, refunded=refunded)
        before = min(clawed_back, most)
        one.share = replace(share, earned=replace(share.earned, clawed_back=before))
        one.ask()
        refunded += one.refund.amount
        clawed_back += one.amount


def _as_it_stands(claim: Claim) -> None:
    if claim.stands is not None:
        outcome: Any = claim.stands.outcome or {}
        claim.amount = int(outcome.get("amount") or 0)
        claim.hold = bool(outcome.get("hold"))


def _sums(claims: Sequence[Claim]) -> tuple[int, int]:
    """Return what is taken back at once, and what waits for a person."""
    return (
        sum(one.amount for one in claims if not one.hold),
        sum(one.amount for one in claims if one.hold),
    )
