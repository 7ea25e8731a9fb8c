"""Who listens to what, which plan has which name, which way out has which channel.

The one place where rooms that do not know each other meet. Read it to see what follows from an
event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from oferta.core.cases import handlers as cases
from oferta.core.decisions import naming, plans, purses
from oferta.core.decisions.naming import AccountNamer, Titler
from oferta.core.decisions.purses import Keeper
from oferta.core.decisions.types import DecisionOverridden, DecisionStopped, Planner
from oferta.core.notices import channels, rendering
from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.kernel import events
from oferta.kernel.events import Handler
from oferta.project.config import Config, read_config
from oferta.services import club
from oferta.services.club import handlers as club_handlers
from oferta.services.club import naming as club_naming
from oferta.services.club import rules as club_rules

#: Event to what is done at once, in the same database transaction, in order.
EVENTS: Mapping[type, Sequence[Handler]] = {
    DecisionStopped: (cases.open_for_stopped,),
    DecisionOverridden: (club_handlers.on_overridden,),
}

#: Name of a plan (stored with each Decision, so never renamed) to the pure function behind it.
PLANS: Mapping[str, Planner] = {
    "club.earning": club_rules.plan_earning,
    "club.clawback": club_rules.plan_clawback,
    "club.redeeming": club_rules.plan_redeeming,
    "club.restoring": club_rules.plan_restoring,
    "club.expiring": club_rules.plan_expiring,
}

#: First part of an account's key to what the service calls its accounts.
ACCOUNTS: Mapping[str, AccountNamer] = {"club": club_naming.account_name}

#: Name of a plan to what the service calls the event behind a Decision.
TITLES: Mapping[str, Titler] = {
    "club.earning": club_naming.payment_title,
    "club.clawback": club_naming.refund_title,
}

#: Which accounts a service keeps for a customer.
KEEPERS: Sequence[Keeper] = (club_naming.holdings,)

#: Folders with the services' own words for notices.
NOTICE_WORDS: Sequence[Path] = (Path(club.__file__).parent / "words",)


def connect() -> None:
    """Put the rooms together; called once when the process starts."""
    config = read_config()
    shelf.fill(lambda: Terms.load(config.terms))
    events.connect(EVENTS)
    plans.register(PLANS)
    naming.register(ACCOUNTS, TITLES)
    purses.register(KEEPERS)
    for folder in NOTICE_WORDS:
        rendering.register_words(folder)
    channels.connect({item.name: item for item in ways_out(config)})


def ways_out(config: Config) -> list[channels.Channel]:
    """Return the channels that the settings name; one that is not set writes to files."""
    seconds = float(config.delivery_seconds_max)
    email: channels.Channel = channels.Folder("email", config.data / "sent")
    sms: channels.Channel = channels.Folder("sms", config.data / "sent")
    if config.smtp:
        host, _, port = config.smtp.rpartition(":")
        email = channels.Smtp(host, int(port), config.mail_from, seconds)
    if config.sms_gateway:
        sms = channels.SmsGateway(config.sms_gateway, seconds)
    return [email, sms]
