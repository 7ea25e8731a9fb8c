"""The auditor reads the log by person, subject and day; reading it is logged too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_builders import at_the_desk
from loop_builders import a_customer

from oferta.core.parties import audit
from oferta.core.parties.audit import Filter
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES

pytestmark = pytest.mark.django_db


def test_an_auditor_sees_who_read_whom_and_is_seen_reading() -> None:
    party, other = a_customer(), a_customer()
    clerk, actor = at_the_desk(Role.CLERK)
    clerk.get(f"/desk/customers/{party}/")
    clerk.get(f"/desk/customers/{other}/")
    auditor, watcher = at_the_desk(Role.AUDITOR)
    whole = auditor.get("/desk/audit/").content.decode()
    assert whole.count("opened the customer’s page") == 2
    assert str(party) in whole
    by_party = auditor.get("/desk/audit/", {"of": str(party)}).content.decode()
    assert by_party.count("opened the customer’s page") == 1
    by_person = auditor.get("/desk/audit/", {"who": str(actor.id)}).content.decode()
    assert "read the log" not in by_person
    line = audit.entries(Filter(what="audit.read"))[0]
    assert (line.who_id, line.details) == (watcher.id, {"who": str(actor.id)})
    seen = audit.entries(Filter(what="audit.read", party_id=party))
    assert len(seen) == 1


def test_the_log_is_read_by_day_and_a_wrong_filter_is_said() -> None:
    auditor, _ = at_the_desk(Role.AUDITOR)
    audit.record(actor=None, what="odd.thing", now=clock.now() - timedelta(days=3))
    day = (clock.now() - timedelta(days=3)).date().isoformat()
    assert "odd.thing" in auditor.get("/desk/audit/", {"day": day}).content.decode()
    today = clock.now().date() + timedelta(days=2)
    assert "odd.thing" not in auditor.get("/desk/audit/", {"day": str(today)}).content.decode()
    for wrong in ({"day": "yesterday"}, {"who": "Ada"}):
        assert auditor.get("/desk/audit/", wrong).status_code == 422


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_and_the_list_of_staff_speak_each_language(language: str) -> None:
    auditor, _ = at_the_desk(Role.AUDITOR, language=language)
    auditor.get("/desk/audit/")
    assert f'lang="{language}"' in auditor.get("/desk/audit/").content.decode()
    administrator, _ = at_the_desk(Role.ADMINISTRATOR, language=language)
    assert f'lang="{language}"' in administrator.get("/desk/staff/").content.decode()


def test_every_act_that_has_words_has_them_in_five_languages() -> None:
    from oferta.project.web import words

    for what in audit.WORDED:
        assert words.say(audit.words_of(what), "kk")
    assert audit.words_of("odd.thing") == ""
