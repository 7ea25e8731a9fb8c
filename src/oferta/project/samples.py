"""Sample operators and data for a first look; `oferta run` loads them in development.

Loading is idempotent: a second time it changes nothing and takes no time worth speaking of.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count

from oferta.core.decisions import actions as decisions
from oferta.core.parties import actions as parties
from oferta.core.parties import factors, logins, queries
from oferta.core.parties.types import Role
from oferta.kernel.clock import now
from oferta.kernel.i18n import LANGUAGES, OWN_NAMES
from oferta.project import sample_shows
from oferta.project.config import Config, read_config
from oferta.services.club import actions as club
from oferta.services.club import partners
from oferta.services.club.campaigns import registry
from oferta.services.club.facts import PACK
from oferta.services.club.mapping import load_mapping
from oferta.services.club.models import Card, Payment

#: Payments of the sample year that a first start replays; `oferta club replay` does them all.
PAYMENTS = 1000
FILE, MAPPING = "card-payments-2017.csv.gz", "club-mapping.yaml"
PARTNERS, CAMPAIGNS = "club-partners.yaml", "club-campaigns.yaml"
#: The campaigns of the sample whose records are whole: one is over, and shown as such.
STARTED = ("mobile-spring-2024", "coffee-2026")
#: What a member of the sample desk may move alone, minor units: 1 000 bonuses.
SECOND_PERSON_ABOVE = 1_000_00


class SampleMember(NamedTuple):
    """A member whose pages show the club at work."""

    card: str
    language: str
    path: str
    #: What they sign in as: `member-kk`, with the password of the sample staff.
    username: str
    party_id: UUID


def load() -> list[str]:
    """Load what is missing and return lines that say how to look at it."""
    config = read_config()
    if not (config.samples / FILE).exists():
        return []
    said = []
    if not Payment.objects.exists():
        said.append(_replay(config.samples))
    word = _desk(config)
    said.append(f"The desk, /desk/: sign in as clerk or approver with {word}, then a second factor")
    said.append(f"  its secret is {staff_secret(config)}; `oferta login-code` shows the code")
    found = members()
    _give_logins(found, word)
    if shows := sample_shows.load(config, [one.party_id for one in found], now=now()):
        said.append(shows)
    said.append(f"Customers: sign in as {', '.join(one.username for one in found)} with {word}")
    return said + [f"A member who reads {one.language}: {one.path}" for one in found]


def members() -> list[SampleMember]:
    """Return a member with many payments for each language, and the way to their pages."""
    busy = Payment.objects.values("card").annotate(number=Count("id")).order_by("-number", "card")
    found: dict[str, SampleMember] = {}
    for card in busy.values_list("card", flat=True)[:100]:
        language = LANGUAGES[int(card[-4:]) % len(LANGUAGES)]
        if language not in found:
            party_id = Card.objects.get(number=card).member_id
            path = f"/c/{queries.link_token(party_id)}/"
            username = f"member-{language.lower()}"
            found[language] = SampleMember(card, OWN_NAMES[language], path, username, party_id)
    return [found[language] for language in LANGUAGES if language in found]


def _replay(folder: Path) -> str:
    intake = club.read_file(folder / FILE)
    del intake.payments[PAYMENTS:]
    report = club.replay(intake, load_mapping(folder / MAPPING), now=now())
    decisions.set_authority(PACK, second_person_above=SECOND_PERSON_ABOVE)
    partners.load(folder / PARTNERS, today=now().date())
    registry.load(folder / CAMPAIGNS)
    for key in STARTED:
        registry.start(key, now=now())
    return f"Replayed {report.decided_now} sample payments through the bonus club."


def _desk(config: Config) -> str:
    """Return the password of the sample staff, made once for this folder and kept in it."""
    kept = config.data / "sample_password"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(9))
        kept.chmod(0o600)
        for username, role in (("clerk", Role.CLERK), ("approver", Role.APPROVER)):
            parties.appoint_staff(username, password=kept.read_text(), name=username, role=role)
            factors.give_app(username, staff_secret(config))
    return kept.read_text()


def staff_secret(config: Config) -> str:
    """Return the secret of the sample staff's authenticator app, made once and kept."""
    kept = config.data / "sample_second_factor"
    if not kept.exists():
        kept.write_text(factors.new_secret())
        kept.chmod(0o600)
    return kept.read_text()


def _give_logins(found: list[SampleMember], password: str) -> None:
    for one in found:
        if not queries.has_login(one.party_id):
            logins.give_login(one.party_id, one.username, password)
