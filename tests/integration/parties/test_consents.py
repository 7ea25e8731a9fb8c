"""Consent: opt-in, by purpose and channel, withdrawn at once, every word of it kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.db import IntegrityError, connection, transaction
from party_builders import NOW, SHOWN, a_party

from oferta.core.parties import consents, models, purposes
from oferta.core.parties.agreement_errors import BadPurposes, UnknownPurpose
from oferta.core.parties.errors import BadLink
from oferta.core.parties.types import Channel
from oferta.kernel.i18n import LANGUAGES

pytestmark = pytest.mark.django_db
AD = purposes.ADVERTISING


def say(party: object, *, given: bool, channel: Channel = Channel.EMAIL, days: int = 0) -> None:
    moment = NOW + timedelta(days=days)
    consents.set_consent(party, AD, channel, given=given, shown=SHOWN, now=moment)  # type: ignore[arg-type]


def test_without_a_word_of_theirs_nobody_consents() -> None:
    """SV-108."""
    assert consents.consents(a_party(email="a@b.test")) == set()


def test_consent_holds_for_the_one_purpose_and_channel_it_was_given_for() -> None:
    """RM-44."""
    party, other = a_party(), a_party()
    say(party, given=True)
    assert consents.consents(party) == {(AD, Channel.EMAIL)}
    assert consents.holding(AD, [party, other]) == {(party, Channel.EMAIL)}
    assert consents.holding("partner_advertising", [party]) == set()


def test_consent_withdrawn_is_gone_at_once_and_the_history_keeps_both() -> None:
    """RM-45."""
    party = a_party()
    say(party, given=True)
    say(party, given=False, days=1)
    say(party, given=False, days=2)
    assert consents.consents(party) == set()
    assert [(item.given, item.at.day) for item in consents.history(party)] == [
        (False, NOW.day + 1),
        (True, NOW.day),
    ]
    with (
        pytest.raises(IntegrityError, match="only ever added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM parties_consententry")


def test_everything_is_withdrawn_by_one_word() -> None:
    party = a_party()
    for channel in Channel:
        for name in purposes.purposes():
            consents.set_consent(party, name, channel, given=True, shown=SHOWN, now=NOW)
    consents.withdraw_all(party, shown=SHOWN, now=NOW, only="partner_advertising")
    assert {name for name, _ in consents.consents(party)} == {AD}
    consents.withdraw_all(party, shown=SHOWN, now=NOW)
    assert consents.consents(party) == set()


def test_the_link_in_an_advertisement_withdraws_and_opens_nothing_else() -> None:
    party = a_party()
    token = consents.withdrawal_token(party, AD)
    assert consents.withdrawal_of(token) == (party, AD)
    with pytest.raises(BadLink):
        consents.withdrawal_of(token[:-2])


def test_consent_to_words_that_no_longer_count_does_not_hold(tmp_path: Path) -> None:
    party = a_party()
    say(party, given=True)
    words = dict.fromkeys(LANGUAGES, "words")
    version = {"title": words, "words": words}
    newer = {AD: {"counts_from": 2, "versions": {1: version, 2: version}}}
    file = tmp_path / "purposes.yaml"
    file.write_text(yaml.safe_dump(newer))
    purposes.use_file(file)
    try:
        assert consents.holding(AD, [party]) == set()
        say(party, given=True, days=1)
        assert consents.holding(AD, [party]) == {(party, Channel.EMAIL)}
        assert models.ConsentEntry.objects.count() == 2
    finally:
        purposes.use_file(None)


def test_a_purpose_without_words_in_a_language_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "purposes.yaml"
    half = {"title": {"en": "x"}, "words": {"en": "x"}}
    file.write_text(yaml.safe_dump({AD: {"counts_from": 1, "versions": {1: half}}}))
    purposes.use_file(file)
    try:
        with pytest.raises(BadPurposes, match="kk"):
            purposes.purposes()
    finally:
        purposes.use_file(None)
    with pytest.raises(UnknownPurpose):
        purposes.purpose("telepathy")
