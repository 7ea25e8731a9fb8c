"""Who customers are: tiers by evidence, a student's status, organisations and their members."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from oferta.core.notices import queries as notices
from oferta.core.parties import actions, identity, queries
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.identity_errors import (
    BadAge,
    BadEvidence,
    NotAnOrganisation,
    UnknownEvidence,
)
from oferta.core.parties.identity_types import Checked, MemberRole, PartyKind
from oferta.core.parties.types import NewCustomer

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOBODY = UUID(int=1)


def a_customer(key: str = "anna") -> UUID:
    return actions.register_customers([NewCustomer(key=key, language="zh-Hant")], now=NOW)[key]


def proof(tier: int = 2, expires_at: datetime | None = None, reference: str = "scan 1") -> Checked:
    return Checked(
        kind="document",
        tier=tier,
        reference=reference,
        checked_by="clerk",
        expires_at=expires_at,
    )


def test_the_tier_is_that_of_the_best_evidence_in_force() -> None:
    anna, boris = a_customer("anna"), a_customer("boris")
    identity.add_evidence(anna, proof(1), now=NOW)
    best = identity.add_evidence(anna, proof(3, expires_at=NOW + 10 * DAY), now=NOW + DAY)
    moments = [NOW - DAY, NOW, NOW + DAY, NOW + 11 * DAY]
    assert [queries.tiers([anna], at=moment)[anna] for moment in moments] == [0, 1, 3, 1]
    assert queries.tiers([boris, anna], at=NOW + DAY) == {boris: 0, anna: 3}
    identity.withdraw_evidence(best, now=NOW + 2 * DAY)
    assert queries.tiers([anna], at=NOW + DAY)[anna] == 3, "what was known then stays known"
    assert queries.tiers([anna], at=NOW + 3 * DAY)[anna] == 1
    with pytest.raises(UnknownEvidence):
        identity.withdraw_evidence(best, now=NOW + 4 * DAY)


def test_many_customers_are_one_question_to_the_database(
    django_assert_num_queries: object,
) -> None:
    everybody = [a_customer(f"c{number}") for number in range(50)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert set(queries.tiers(everybody, at=NOW).values()) == {0}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (proof(0), "tier"),
        (proof(4), "tier"),
        (proof(reference=" "), "reference"),
        (proof(expires_at=NOW), "expires_at"),
    ],
)
def test_evidence_that_proves_nothing_is_refused(wrong: Checked, field: str) -> None:
    with pytest.raises(BadEvidence) as refused:
        identity.add_evidence(a_customer(), wrong, now=NOW)
    assert refused.value.field == field


class Register:
    """A state's register that knows one person."""

    name = "register"

    def check(self, customer_id: UUID, given: dict[str, str]) -> Checked | None:
        known = bool(customer_id) and given.get("number") == "990101300123"
        return proof(2, reference="answer 5") if known else None


def test_a_verifier_is_plugged_in_and_its_finding_is_kept() -> None:
    """SV-63: the operator chooses who verifies."""
    identity.connect([Register()])
    anna = a_customer()
    found = identity.verify(anna, "register", {"number": "990101300123"}, now=NOW)
    assert found == 2
    assert [item.reference for item in identity.evidence_of(anna)] == ["answer 5"]
    for verifier, number in (("register", "1"), ("nobody", "990101300123")):
        with pytest.raises(BadEvidence):
            identity.verify(anna, verifier, {"number": number}, now=NOW)
    with pytest.raises(UnknownCustomer):
        identity.verify(NOBODY, "register", {}, now=NOW)
    identity.connect([])


@pytest.mark.parametrize(
    ("born", "granted"),
    [
        (date(2012, 5, 16), True),  # 12 today
        (date(2012, 5, 17), False),  # 11
        (date(1998, 5, 17), True),  # 25, and 26 tomorrow
        (date(1998, 5, 16), False),  # 26 today
        (date(2012, 2, 29), True),
    ],
)
def test_a_student_is_from_twelve_to_twenty_five(born: date, granted: bool) -> None:
    """SV-33."""
    anna = a_customer()
    if not granted:
        with pytest.raises(BadAge):
            identity.grant_student(anna, born=born, checked=proof(1), until=NOW + DAY, now=NOW)
        return
    identity.grant_student(anna, born=born, checked=proof(1), until=NOW + DAY / 4, now=NOW)
    assert identity.holders([anna], "student", at=NOW) == {anna}
    assert identity.holders([anna], "student", at=NOW + DAY / 4) == set()


def test_a_students_status_ends_before_the_twenty_sixth_birthday() -> None:
    """SV-36: the source is silent; the earlier of the two ends is our choice."""
    anna = a_customer()
    identity.grant_student(
        anna, born=date(1998, 6, 1), checked=proof(1), until=NOW + 365 * DAY, now=NOW
    )
    (held,) = identity.credentials_of(anna)
    assert held.holds_until == datetime(2024, 6, 1, tzinfo=UTC)


def test_who_loses_a_status_soon_is_told_once() -> None:
    anna = a_customer()
    identity.grant_student(
        anna, born=date(2010, 1, 1), checked=proof(1), until=NOW + 60 * DAY, now=NOW
    )
    assert identity.warn_of_ends(now=NOW) == 0
    assert identity.warn_of_ends(now=NOW + 31 * DAY) == 1
    assert identity.warn_of_ends(now=NOW + 32 * DAY) == 0
    (notice,) = notices.inbox(anna)
    assert notice.kind == "credential.student_ending"
    assert notice.params["until"] == {"date": "2024-07-15"}


def test_an_organisation_has_members_with_roles() -> None:
    new = NewCustomer(key="firm", kind=PartyKind.ORGANISATION)
    firm = actions.register_customers([new], now=NOW)["firm"]
    anna, boris = a_customer("anna"), a_customer("boris")
    identity.set_member(firm, anna, MemberRole.OWNER, now=NOW)
    identity.set_member(firm, boris, MemberRole.READER, now=NOW + DAY)
    identity.set_member(firm, boris, MemberRole.AGENT, now=NOW + 2 * DAY)
    found = [(item.person_id, item.role) for item in identity.members_of(firm)]
    assert found == [(anna, "owner"), (boris, "agent")]
    identity.set_member(firm, boris, None, now=NOW + 3 * DAY)
    assert len(identity.members_of(firm)) == 1
    for organisation, person in ((anna, boris), (firm, firm)):
        with pytest.raises(NotAnOrganisation):
            identity.set_member(organisation, person, MemberRole.AGENT, now=NOW)
