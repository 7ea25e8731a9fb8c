"""Would this payment earn? The terms are asked as they are for a real one; nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from oferta.core.decisions.caps import caps
from oferta.core.terms import shelf
from oferta.core.terms.errors import Stopped
from oferta.core.terms.explain import explain, explain_stopped
from oferta.core.terms.explanation import Explanation, Role
from oferta.core.terms.values import write_value
from oferta.kernel.i18n import Language
from oferta.services.club import partners
from oferta.services.club.facts import EARNING, PACK, holder_facts, partner_facts
from oferta.services.club.membership import tiers

#: Facts that a member can say of a payment, in the form's order.
ASKED = (
    "paid_on",
    "money_paid",
    "method",
    "channel",
    "terminal_owner",
    "category",
    "card_kind",
    "special_account",
    "instalment",
    "abroad",
    "mcc",
)
#: What the form begins with: an ordinary purchase.
USUAL: Mapping[str, str] = {
    "money_paid": "10000",
    "method": "halyk_qr",
    "channel": "pos",
    "terminal_owner": "bank",
    "category": "purchase",
    "card_kind": "debit",
    "special_account": "none",
    "instalment": "false",
    "abroad": "false",
}
_MADE_IT = (Role.DECIDED, Role.ADDED, Role.CLASHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the terms say of one funder's bonus for a payment that is only thought of."""

    question: str
    #: Minor units; 0 if they do not say.
    amount: int
    why: Explanation
    #: The terms do not decide it by themselves.
    stopped: bool

    @property
    def deciding(self) -> list[Any]:
        """The clauses that made the outcome."""
        return [one for one in self.why.clauses if one.role in _MADE_IT]

    @property
    def others(self) -> list[Any]:
        """The clauses that had a part in it."""
        return [one for one in self.why.clauses if one.role not in _MADE_IT]


def estimates(
    party_id: UUID, facts: Mapping[str, object], *, partner: str, shop: str, language: Language
) -> list[Estimate]:
    """Return the Bank's and, at a partner that gives one that day, the partner's bonus.

    What the member used of limits so far and their Halyk+ tier count as they would for a payment.

    Args:
        party_id: the member.
        facts: those of `ASKED`, as they are written canonically.
        partner: its key; "" for a shop that is none.
        shop: the name of a shop that is no partner, as the terms may name one.
        language: of the explanation.

    Raises:
        NotInForce: the day is before the club's first edition.
        WrongFact: facts that cannot be.
    """
    on = date.fromisoformat(str(facts["paid_on"]))
    listed = {one.key: one for one in partners.listed(on)}.get(partner)
    rate = listed.rate if listed and listed.earns else None
    rate_type = shelf.terms().pack(PACK).facts["partner_rate"].type
    halyk_plus = tiers.rate_on(tiers.standings([party_id]), party_id, on)
    whole = dict(facts) | {
        "merchant": partner or shop.strip().lower() or "-",
        "bonuses_paid": "0 KZT",
        "partner_rate": None if rate is None else write_value(rate, rate_type),
        "halyk_plus_rate": halyk_plus,
        "oked_listed": False,
        "repeat_no": 0,
        "customer": str(party_id),
    }
    whole |= partner_facts(partner, party_id, on) if rate is not None else {}
    asked = EARNING if rate is not None else EARNING[:1]
    return [_estimate(question, whole, party_id, on, language) for question in asked]


def _estimate(
    question: str, facts: Mapping[str, object], party_id: UUID, on: date, language: Language
) -> Estimate:
    pack = shelf.terms().pack(PACK)
    own = {name: facts[name] for name in pack.questions[question].facts if name in facts}
    asked = shelf.terms().read(PACK, question, own)
    used = {one.limit.used: one.used for one in caps(PACK, question, holder_facts(party_id), on)}
    try:
        decided = asked.decide(used)
    except Stopped as stopped:
        coded = {**dict.fromkeys(asked.program.names, 0), **asked.facts}
        why = explain_stopped(pack, stopped, coded, asked.day, language)
        return Estimate(question=question, amount=0, why=why, stopped=True)
    amount = int(decided.outcome.get("amount") or 0)
    why = explain(pack, decided, language)
    return Estimate(question=question, amount=amount, why=why, stopped=False)
