"""Who works at the desk: proposed by one, approved by another, never by oneself."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from desk_builders import at_the_desk, staff
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from oferta.core.parties import actions, audit, logins, models, queries, staffing
from oferta.core.parties.audit import Filter
from oferta.core.parties.contacts import read_contact
from oferta.core.parties.errors import (
    BadAppointment,
    NoAppointment,
    NotPermitted,
    OwnAct,
    RolesExclude,
)
from oferta.core.parties.rules import PERMISSIONS, masked, permissions_of
from oferta.core.parties.types import Actor, Permission, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


def a_login() -> str:
    name = f"new-{uuid4().hex[:6]}"
    get_user_model().objects.create_user(name)
    return name


def propose(actor: Actor, login: str, *roles: Role, reason: str = "joins the team") -> UUID:
    return staffing.propose(
        login, name="Newcomer", roles=roles or (Role.CLERK,), reason=reason, actor=actor, now=NOW
    )


def test_an_appointment_takes_an_administrator_and_another_person() -> None:
    login, first, second = a_login(), staff(Role.ADMINISTRATOR), staff(Role.ADMINISTRATOR)
    waiting = propose(first, login, Role.CLERK, Role.MODERATOR)
    assert not models.Staff.objects.filter(login__username=login).exists()
    with pytest.raises(OwnAct):
        staffing.approve(waiting, actor=first, now=NOW)
    with pytest.raises(NotPermitted):
        staffing.approve(waiting, actor=staff(Role.CLERK), now=NOW)
    staffing.approve(waiting, actor=second, now=NOW)
    assert queries.actor_of_login(login).roles == {Role.CLERK, Role.MODERATOR}
    whats = [line.what for line in audit.entries(Filter(subject_id=str(waiting)))]
    assert sorted(whats) == ["staff.appointed", "staff.proposed"]
    with pytest.raises(NoAppointment):
        staffing.approve(waiting, actor=second, now=NOW)


def test_nobody_has_a_hand_in_their_own_appointment_and_the_table_refuses_it_too() -> None:
    first, second = staff(Role.ADMINISTRATOR), staff(Role.ADMINISTRATOR)
    own = str(models.Staff.objects.get(id=first.id).login.username)
    with pytest.raises(OwnAct):
        propose(first, own, Role.ADMINISTRATOR)
    waiting = propose(second, own, Role.ADMINISTRATOR)
    with pytest.raises(OwnAct):
        staffing.approve(waiting, actor=first, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parties_appointment SET decided_by_id = proposed_by_id, decided_at = now(),"
            " approved = true"
        )


@pytest.mark.parametrize(
    "roles",
    [
        (Role.ADMINISTRATOR, Role.CLERK),
        (Role.ADMINISTRATOR, Role.APPROVER),
        (Role.AUDITOR, Role.CLERK),
        (Role.AUDITOR, Role.ADMINISTRATOR),
    ],
)
def test_who_appoints_or_watches_does_not_act(roles: tuple[Role, ...]) -> None:
    with pytest.raises(RolesExclude):
        propose(staff(Role.ADMINISTRATOR), a_login(), *roles)
    with pytest.raises(RolesExclude):
        actions.appoint_staff("x", password=None, name="x", roles=roles)


def test_a_proposal_says_who_what_and_why_and_one_waits_at_a_time() -> None:
    actor, login = staff(Role.ADMINISTRATOR), a_login()
    for wrong in (
        lambda: propose(actor, "nobody"),
        lambda: propose(actor, login, reason=" "),
        lambda: staffing.propose(login, name="x", roles=(), reason="x", actor=actor, now=NOW),
    ):
        with pytest.raises(BadAppointment):
            wrong()
    first = propose(actor, login)
    with pytest.raises(BadAppointment):
        propose(actor, login)
    staffing.decline(first, actor=actor, now=NOW)
    propose(actor, login)
    with pytest.raises(NotPermitted):
        propose(staff(Role.APPROVER), a_login())


def test_a_dismissal_is_at_once_by_one_and_leaves_nothing_allowed() -> None:
    administrator, clerk = staff(Role.ADMINISTRATOR), staff(Role.CLERK)
    client, worker = at_the_desk(Role.CLERK)
    assert client.get("/desk/").status_code == 200
    staffing.dismiss(worker.id, reason="left", actor=administrator, now=NOW)
    assert client.get("/desk/").status_code == 403
    assert queries.actor(worker.id).permissions == frozenset()
    with pytest.raises(OwnAct):
        staffing.dismiss(administrator.id, reason="x", actor=administrator, now=NOW)
    with pytest.raises(NotPermitted):
        staffing.dismiss(clerk.id, reason="x", actor=clerk, now=NOW)
    (line,) = audit.entries(Filter(what="staff.dismissed"))
    assert (line.reason, line.details) == ("left", {"roles": ["clerk"]})


def test_two_administrators_appoint_a_clerk_on_the_page() -> None:
    first, _ = at_the_desk(Role.ADMINISTRATOR)
    second, _ = at_the_desk(Role.ADMINISTRATOR)
    login = a_login()
    form = {"login": login, "name": "Newcomer", "roles": ["clerk"], "reason": "joins"}
    assert first.post("/desk/staff/", form | {"roles": ["king"]}).status_code == 422
    assert first.post("/desk/staff/", form).status_code == 302
    (waiting,) = staffing.waiting()
    page = first.get("/desk/staff/").content.decode()
    assert "Somebody else must approve this." in page
    first.post(f"/desk/appointments/{waiting.id}/approve")
    assert staffing.waiting(), "not by themselves"
    second.post(f"/desk/appointments/{waiting.id}/approve")
    assert queries.actor_of_login(login).roles == {Role.CLERK}


def test_no_role_has_more_than_its_work_needs() -> None:
    """Money, messages and appointments each take two roles or two persons."""
    for role, allowed in PERMISSIONS.items():
        assert not {Permission.READ_AUDIT, Permission.WORK_CASES} <= allowed, role
        assert not {Permission.APPOINT_STAFF, Permission.SEE_CUSTOMERS} <= allowed, role
        assert not {Permission.PREPARE_MESSAGES, Permission.APPROVE_MESSAGES} <= allowed, role
        assert not {Permission.ERASE_DATA, Permission.APPROVE_ERASURE} <= allowed, role
    assert set(PERMISSIONS) == set(Role)
    assert permissions_of(Role) == frozenset(Permission)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("aigul@example.kz", "a•••@e•••.kz"),
        ("+77015551234", "•••1234"),
        ("1234", "•••"),
        ("a@localhost", "a•••@•••"),
        ("", "•••"),
    ],
)
def test_a_masked_contact_can_be_recognised_and_not_used(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_a_person_who_signed_up_by_a_contact_is_appointed_by_it_and_their_roles_edited() -> None:
    """Their sign-in name was made up: nobody could type it."""
    address = read_contact("dana@example.test")
    login = logins.sign_up(address, language="kk", now=NOW)
    client, _ = at_the_desk(Role.ADMINISTRATOR)
    sent = {"login": "Dana@Example.test", "name": "Dana", "roles": ["clerk"], "reason": "joins"}
    assert client.post("/desk/staff/", sent).status_code == 302
    assert models.Appointment.objects.get().login_id == login.id
    page = client.get("/desk/staff/").content.decode()
    assert "d…@example.test" in page
    assert login.username not in page
    staffing.approve(staffing.waiting()[0].id, actor=staff(Role.ADMINISTRATOR), now=NOW)
    member = models.Staff.objects.get(login=login)
    form = client.get(f"/desk/staff/?of={member.id}").content.decode()
    assert 'value="clerk" checked' in form
    changed = sent | {"login": login.username, "roles": ["clerk", "moderator"]}
    assert client.post("/desk/staff/", changed).status_code == 302
    staffing.approve(staffing.waiting()[0].id, actor=staff(Role.ADMINISTRATOR), now=NOW)
    assert queries.actor(member.id).roles == {Role.CLERK, Role.MODERATOR}
    for nobody in (uuid4(), "x"):
        assert client.get(f"/desk/staff/?of={nobody}").status_code == 404
