"""The worker's own way in: each job does its work, comes back, and bears to run twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from notice_builders import a_mass, customers, staff

from oferta.core.notices import masses, models
from oferta.core.notices import tasks as notice_tasks
from oferta.core.notices.mass_types import MassState
from oferta.core.parties import agreements, erasing, exporting
from oferta.core.parties import models as parties
from oferta.core.parties import tasks as party_tasks
from oferta.core.parties.agreement_types import Circumstances, ErasureState, ExportState, How
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.outbox import app

pytestmark = pytest.mark.django_db


def jobs(name: str) -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(task_name=name).count()


def test_every_job_is_known_to_the_worker() -> None:
    names = {exporting.MAKE, erasing.ERASE, masses.STEP, party_tasks.BRING_EDITIONS}
    assert names | {party_tasks.CLEAR_UP, notice_tasks.FORGET_CHECKS} <= set(app.tasks)


def test_the_job_makes_the_file_that_was_asked_for() -> None:
    party = next(iter(customers(1).values()))
    asked = exporting.ask(party, language="kk", now=clock.now())
    assert jobs(exporting.MAKE) == 1
    for _ in range(2):
        party_tasks.make_export(export_id=str(asked.id))
    assert exporting.exports(party)[0].state is ExportState.MADE


def test_what_a_lost_job_left_is_cleared_up() -> None:
    party, other = customers(2).values()
    early = clock.now() - timedelta(days=30)
    erasing.ask(party, now=early)
    file = exporting.ask(other, language="en", now=early)
    exporting.make(file.id, now=early)
    party_tasks.clear_up(timestamp=0)
    assert erasing.erasures(party)[0].state is ErasureState.DONE
    assert exporting.exports(other)[0].state is ExportState.EXPIRED


def test_each_night_customers_hear_of_newer_editions() -> None:
    party = next(iter(customers(1).values()))
    edition = shelf.terms().edition_called("ticket-refunds", "2021-09-01")
    agreements.accept(
        party,
        edition,
        pack="ticket-refunds",
        how=How.CLICK,
        shown=Circumstances(language="en"),
        now=clock.now(),
    )
    party_tasks.bring_editions(timestamp=0)
    newest = agreements.agreements_of(party)[0]
    asked = parties.AskedEdition.objects.filter(customer_id=party).exists()
    assert asked or newest.how is How.TOLD


def test_a_step_leaves_the_next_one_in_the_outbox_until_all_is_sent() -> None:
    maker = staff()
    made = masses.submit(a_mass(customers(2), maker).id, actor=maker, now=clock.now())
    assert jobs(masses.STEP) == 1
    notice_tasks.mass_step(mass_id=str(made.id))
    assert masses.mass(made.id).state is MassState.DONE
    assert jobs(masses.STEP) == 1, "nothing is left to do"
    assert models.Batch.objects.filter(mass_id=made.id).count() == 1
