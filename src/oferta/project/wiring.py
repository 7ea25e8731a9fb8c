"""Who listens to what, which plan has which name, which way out has which channel.

The one place where rooms that do not know each other meet. Read it to see what follows from an
event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from oferta.core import parties
from oferta.core.cases import finding
from oferta.core.cases import handlers as cases
from oferta.core.cases import own_data as cases_data
from oferta.core.cases.finding import Searched
from oferta.core.cases.types import CaseAnswered, CasesOpened
from oferta.core.decisions import naming, plans, purses
from oferta.core.decisions import own_data as decisions_data
from oferta.core.decisions.naming import AccountNamer, Titler
from oferta.core.decisions.purses import Keeper
from oferta.core.decisions.types import (
    DecisionOverridden,
    DecisionsMade,
    DecisionStopped,
    Planner,
)
from oferta.core.notices import (
    audiences,
    channels,
    outgoing,
    own_audiences,
    rendering,
    telling,
)
from oferta.core.notices import handlers as noticing
from oferta.core.notices import own_data as notices_data
from oferta.core.notices.types import Guards, NoticeFailed
from oferta.core.parties import archive, erasing, exporting, joining, keyring, purposes
from oferta.core.parties import own_data as parties_data
from oferta.core.parties.agreement_types import (
    EditionCame,
    ErasureAsked,
    ErasureRefused,
    ExportMade,
)
from oferta.core.parties.erasing import Eraser
from oferta.core.parties.exporting import Exporter
from oferta.core.parties.identity_types import (
    BlockLifted,
    CredentialEnding,
    CustomerBlocked,
    MemberChanged,
)
from oferta.core.parties.invitation_types import InvitationSent
from oferta.core.parties.login_types import CodeIssued, LoginChanged, NotMeReported
from oferta.core.parties.types import Permission
from oferta.core.terms import shelf
from oferta.kernel import events
from oferta.kernel.events import Handler
from oferta.project import packs
from oferta.project.bonuses import Bonuses
from oferta.project.config import Config, read_config
from oferta.project.rest import handlers as rest
from oferta.project.rest import own_data as rest_data
from oferta.project.signing import receipt_keys
from oferta.project.web import words
from oferta.project.webhooks import handlers as webhooks
from oferta.services import club, tickets
from oferta.services.club import finding as club_finding
from oferta.services.club import handlers as club_handlers
from oferta.services.club import naming as club_naming
from oferta.services.club import own_data as club_data
from oferta.services.club import rules as club_rules
from oferta.services.club.claims import claiming as club_claims
from oferta.services.club.fraud import answered as club_fraud
from oferta.services.club.fraud import watching as club_watching
from oferta.services.tickets import audience as tickets_audience
from oferta.services.tickets import guest_holds, vouchers
from oferta.services.tickets import handlers as tickets_handlers
from oferta.services.tickets import means as tickets_means
from oferta.services.tickets import naming as tickets_naming
from oferta.services.tickets import own_data as tickets_data
from oferta.services.tickets import papers as ticket_papers
from oferta.services.tickets import rules as tickets_rules
from oferta.services.tickets.cash import CashDesk
from oferta.services.tickets.codes import apple
from oferta.services.tickets.codes.apple import Issuer
from oferta.services.tickets.means import Means, Provider
from oferta.services.tickets.refunding import letters as ticket_letters
from oferta.services.tickets.refunding import plans as refund_plans
from oferta.services.tickets.sandbox import Sandbox
from oferta.services.tickets.settling import plans as settlement_plans
from oferta.services.tickets.settling import transfers
from oferta.services.tickets.settling.transfers import Payer
from oferta.services.tickets.vouchers import Vouchers
from oferta.services.tickets.wallet import Wallet

#: Event to what is done at once, in the same database transaction, in order.
EVENTS: Mapping[type, Sequence[Handler]] = {
    DecisionStopped: (cases.open_for_stopped,),
    CaseAnswered: (cases.lift_block, club_claims.on_answered, club_fraud.on_answered),
    CodeIssued: (noticing.send_code,),
    LoginChanged: (noticing.tell_of_login,),
    NotMeReported: (cases.open_for_report,),
    CustomerBlocked: (cases.open_for_block, noticing.tell_of_block),
    BlockLifted: (noticing.tell_of_lifting,),
    CredentialEnding: (noticing.tell_of_ending,),
    InvitationSent: (noticing.send_invitation,),
    MemberChanged: (noticing.tell_of_member,),
    DecisionOverridden: (
        club_handlers.on_overridden,
        tickets_handlers.on_overridden,
        cases.follow_recount,
    ),
    EditionCame: (telling.tell_of_edition,),
    ExportMade: (telling.tell_of_export,),
    ErasureAsked: (telling.tell_of_erasure_asked,),
    ErasureRefused: (telling.tell_of_erasure_refused,),
}

#: What the API and its webhooks do, after everything above is done.
TOLD_OUTSIDE: Mapping[type, Handler] = {
    NotMeReported: rest.revoke_tokens,
    DecisionsMade: webhooks.decisions_made,
    DecisionOverridden: webhooks.decision_overridden,
    CasesOpened: webhooks.cases_opened,
    CaseAnswered: webhooks.case_answered,
    NoticeFailed: webhooks.notice_failed,
}

#: Name of a plan (stored with each Decision, so never renamed) to the pure function behind it.
PLANS: Mapping[str, Planner] = {
    "club.earning": club_rules.plan_earning,
    "club.clawback": club_rules.plan_clawback,
    "club.redeeming": club_rules.plan_redeeming,
    "club.restoring": club_rules.plan_restoring,
    "club.expiring": club_rules.plan_expiring,
    "club.watching": club_watching.plan_watching,
    "club.accruing": club_rules.plan_accruing,
    "club.enrol": club_rules.plan_enrolling,
    "club.leave": club_rules.plan_leaving,
    "club.tiering": club_rules.plan_tiering,
    "tickets.sale": tickets_rules.plan_sale,
    "tickets.face_value_return": tickets_rules.plan_face_value_return,
    refund_plans.REFUND_PLAN: refund_plans.plan_refund,
    refund_plans.PAYOUT_PLAN: refund_plans.plan_payout,
    vouchers.ISSUE_PLAN: vouchers.plan_issue,
    vouchers.END_PLAN: vouchers.plan_end,
    settlement_plans.RELEASE_PLAN: settlement_plans.plan_release,
    settlement_plans.PAYMENT_PLAN: settlement_plans.plan_payment,
    settlement_plans.COVER_PLAN: settlement_plans.plan_cover,
    settlement_plans.REFUND_PLAN: settlement_plans.plan_organiser_pays,
    settlement_plans.REIMBURSEMENT_PLAN: settlement_plans.plan_reimbursement,
    refund_plans.CHANGE_PLAN: refund_plans.plan_change,
    refund_plans.DUE_PLAN: refund_plans.plan_due,
    refund_plans.EXTENSION_PLAN: refund_plans.plan_extension,
}

#: First part of an account's key to what the service calls its accounts.
ACCOUNTS: Mapping[str, AccountNamer] = {
    "club": club_naming.account_name,
    "tickets": tickets_naming.account_name,
    "wallet": tickets_naming.account_name,
}

#: Name of a plan to what the service calls the event behind a Decision.
TITLES: Mapping[str, Titler] = {
    "club.earning": club_naming.payment_title,
    "club.clawback": club_naming.refund_title,
    "club.redeeming": club_naming.redeeming_title,
    "club.restoring": club_naming.restoring_title,
    "club.expiring": club_naming.expiring_title,
    "club.watching": club_naming.watching_title,
    "club.accruing": club_naming.accruing_title,
    "club.enrol": club_naming.membership_title,
    "club.leave": club_naming.membership_title,
    "club.tiering": club_naming.membership_title,
    "tickets.sale": tickets_naming.sale_title,
    "tickets.face_value_return": tickets_naming.taken_over_title,
    refund_plans.REFUND_PLAN: tickets_naming.refund_title,
    refund_plans.PAYOUT_PLAN: tickets_naming.payout_title,
    vouchers.ISSUE_PLAN: tickets_naming.voucher_title,
    vouchers.END_PLAN: tickets_naming.voucher_title,
    settlement_plans.RELEASE_PLAN: tickets_naming.settlement_title,
    settlement_plans.PAYMENT_PLAN: tickets_naming.settlement_title,
    settlement_plans.COVER_PLAN: tickets_naming.settlement_title,
    settlement_plans.REFUND_PLAN: tickets_naming.settlement_title,
    settlement_plans.REIMBURSEMENT_PLAN: tickets_naming.settlement_title,
    refund_plans.CHANGE_PLAN: tickets_naming.change_title,
    refund_plans.DUE_PLAN: tickets_naming.due_title,
    refund_plans.EXTENSION_PLAN: tickets_naming.extension_title,
}

#: Which accounts a service keeps for a customer.
KEEPERS: Sequence[Keeper] = (club_naming.holdings, tickets_naming.holdings)

#: What services keep that the desk's one box finds, and what it takes to open it.
SEARCHERS: Mapping[str, Searched] = {
    "club.payment": Searched(club_finding.payments, Permission.SEE_DECISIONS),
    "club.redemption": Searched(club_finding.redemptions, Permission.SEE_DECISIONS),
}

#: Who gives a room's part of all that is kept of a customer, in the order of the file's pages.
EXPORTERS: Sequence[Exporter] = (
    parties_data.export,
    notices_data.export,
    decisions_data.export,
    cases_data.export,
    rest_data.export,
    club_data.export,
    tickets_data.export,
)

#: How each room erases a customer. Services first: they find their rows by what others erase.
ERASERS: Sequence[Eraser] = (
    rest_data.ERASER,
    club_data.ERASER,
    tickets_data.ERASER,
    cases_data.ERASER,
    decisions_data.ERASER,
    notices_data.ERASER,
    parties_data.ERASER,
)

#: Packs of terms that somebody who signs up accepts.
ACCEPTED_AT_SIGN_UP: Sequence[str] = ("bonus-club",)

#: Folders with the services' own words for notices.
NOTICE_WORDS: Sequence[Path] = (
    Path(parties.__file__).parent / "words",
    Path(club.__file__).parent / "words",
    Path(tickets.__file__).parent / "words",
    Path(tickets.__file__).parent / "settling" / "words",
    Path(tickets.__file__).parent / "refunding" / "words",
    Path(club.__file__).parent / "claims" / "words",
)

#: Means of payment at the ticket office that keep value inside; `providers` are the others.
MEANS: Mapping[str, Means] = {
    "cash": CashDesk(),
    "wallet": Wallet(),
    "voucher": Vouchers(),
    "bonus": Bonuses(),
}


def connect() -> None:
    """Put the rooms together; called once when the process starts."""
    config = read_config()
    shelf.fill(lambda: packs.load(config))
    keyring.fill(lambda: receipt_keys(config))
    purposes.use_file(Path(config.purposes) if config.purposes else None)
    outside = {kind: (handler,) for kind, handler in TOLD_OUTSIDE.items()}
    events.connect(
        {kind: (*EVENTS.get(kind, ()), *outside.get(kind, ())) for kind in {**EVENTS, **outside}}
    )
    plans.register(PLANS)
    naming.register(ACCOUNTS, TITLES)
    purses.register(KEEPERS)
    finding.register(SEARCHERS)
    ticket_letters.use_words(words.say)
    transfers.connect(
        Payer(name=config.payer, account=config.payer_account, bank=config.payer_bank)
    )
    ticket_papers.connect(words.say, lambda: pass_issuer(config))
    guest_holds.connect(
        lambda: guest_holds.Limits(
            per_contact=config.guest_places_max, per_address=config.guest_places_per_address_max
        )
    )
    tickets_means.connect(outside=providers(config), inside=MEANS)
    for folder in NOTICE_WORDS:
        rendering.register_words(folder)
    channels.connect({item.name: item for item in ways_out(config)})
    outgoing.use_guards(guards(config))
    outgoing.use_site(site(config), own_senders(config))
    audiences.register({**own_audiences.AUDIENCES, **tickets_audience.AUDIENCES})
    archive.use_words(words.say)
    rendering.use_words(words.say)
    joining.offer(ACCEPTED_AT_SIGN_UP)
    exporting.register(EXPORTERS)
    erasing.register(ERASERS, days=config.erasure_days)


def providers(config: Config) -> Mapping[str, Provider]:
    """Return who takes money at the ticket office; the sandbox takes none, so never for real."""
    return {"card": Sandbox()} if config.development else {}


def pass_issuer(config: Config) -> Issuer | None:
    """Return whose wallet passes tickets have, as the settings say; None: nobody's.

    Raises:
        BadPassCertificate: the file that is set cannot be used.
    """
    return apple.read_issuer(Path(config.apple_passes)) if config.apple_passes else None


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


def guards(config: Config) -> Guards:
    """Return what the settings say of mass sending."""
    return Guards(
        per_party_per_kind_per_day_max=config.notices_per_kind_max,
        batch_max=config.notices_per_batch_max,
        day_max=config.notices_per_day_max,
        alone_max=config.reach_alone_max,
        per_minute=config.messages_per_minute,
    )


def site(config: Config) -> str:
    """Return the address at which customers find the site."""
    return config.site or f"http://{config.bind}:{config.port}"


def own_senders(config: Config) -> tuple[str, ...]:
    """Return the senders that are really ours: the mails' own, and those that the settings add."""
    added = (one.strip() for one in config.own_senders.split(","))
    return (config.mail_from, *(one for one in added if one))
