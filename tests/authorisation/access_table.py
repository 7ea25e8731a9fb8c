"""Who may open what: each address of the site, each caller, and what becomes of it.

One row an address and method. The columns are callers; an answer is one of the words below. A test
fails if an address is missing here, and if any caller gets another answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: The page is made, or the act is tried: the caller was let in.
IN = "in"
#: Led to the sign-in page.
SIGN_IN = "sign in"
#: Led to proving a second factor.
FACTOR = "second factor"
#: 403: known, and not allowed.
REFUSED = "refused"
#: 404: as if it did not exist.
HIDDEN = "hidden"

ROLES = (
    "clerk",
    "approver",
    "cashier",
    "gate",
    "moderator",
    "finance",
    "terms_owner",
    "messenger",
    "auditor",
    "administrator",
)
#: Who comes: nobody; a customer whose things are asked for; one of them who is blocked; another
#: customer; staff by role; a clerk without a second factor; a member of staff without any role.
CALLERS = ("anonymous", "owner", "blocked", "stranger", *ROLES, "no_factor", "dismissed")


@dataclass(frozen=True)
class Row:
    """What becomes of one address, by caller."""

    name: str
    answers: Mapping[str, str]
    method: str = "GET"
    #: Sent with a POST.
    form: Mapping[str, str] = field(default_factory=dict)


def everybody(name: str, method: str = "GET", **form: str) -> Row:
    """A page for anybody."""
    return Row(name, dict.fromkeys(CALLERS, IN), method, form)


def in_the_middle(name: str) -> Row:
    """A step of signing in that has no meaning before the first one."""
    return Row(name, dict.fromkeys(CALLERS, IN) | {"anonymous": SIGN_IN})


def out_of_turn(name: str, method: str = "GET") -> Row:
    """An address that leads to the sign-in page whoever comes, if not from the step before."""
    return Row(name, dict.fromkeys(CALLERS, SIGN_IN), method)


def session(name: str, method: str = "GET", *, other: str = IN, **form: str) -> Row:
    """A customer's own page behind their session; `other`: what other customers get."""
    answers = dict.fromkeys(CALLERS, REFUSED)
    answers |= {"anonymous": SIGN_IN, "owner": IN, "blocked": other, "stranger": other}
    return Row(name, answers, method, form)


def proved_session(name: str, method: str = "GET", **form: str) -> Row:
    """A customer's own page for who proved just now who they are; these callers did not."""
    row = session(name, method, **form)
    answers = {**row.answers} | dict.fromkeys(("owner", "blocked", "stranger"), FACTOR)
    return Row(name, answers, method, form)


def anybody_signed_in(name: str, method: str = "GET", *, then: str = IN, **form: str) -> Row:
    """A page about the caller's own login, customer or staff."""
    return Row(name, dict.fromkeys(CALLERS, then) | {"anonymous": SIGN_IN}, method, form)


def proved_afresh(name: str, method: str = "GET", *, then: str = IN, **form: str) -> Row:
    """A page that changes how one signs in: for who proved just now who they are."""
    answers = dict.fromkeys(CALLERS, then) | {"anonymous": SIGN_IN}
    answers |= dict.fromkeys(("owner", "blocked", "stranger", "no_factor"), FACTOR)
    return Row(name, answers, method, form)


def desk(name: str, *roles: str, method: str = "GET", then: str = IN, **form: str) -> Row:
    """A page of the desk for these roles; `then`: what they get, if the thing does not exist."""
    answers = dict.fromkeys(CALLERS, REFUSED) | dict.fromkeys(roles, then)
    answers |= {"anonymous": SIGN_IN, "no_factor": FACTOR}
    return Row(name, answers, method, form)


READERS = ("clerk", "approver")
#: Whoever sees a mass message go wrong stops it.
STOPPERS = ("clerk", "approver", "finance", "messenger", "administrator")

TABLE: tuple[Row, ...] = (
    everybody("home"),
    everybody("health"),
    everybody("set_language", "POST", language="kk", next="/"),
    everybody("terms:packs"),
    everybody("terms:pack"),
    everybody("terms:compare"),
    everybody("terms:edition"),
    everybody("terms:examples"),
    everybody("terms:try"),
    everybody("rest:openapi"),
    Row("rest:nothing", dict.fromkeys(CALLERS, HIDDEN)),
    everybody("rest:docs"),
    everybody("rest:errors"),
    everybody("club:partners"),
    everybody("club:guide"),
    everybody("agreements:keys"),
    everybody("agreements:keys_json"),
    everybody("agreements:keys_pem"),
    everybody("agreements:stop"),  # whoever holds the link may withdraw, and no more
    everybody("messages:check"),
    everybody("messages:check", "POST", text="x"),
    # A customer's pages.
    session("my:home"),
    session("my:statement"),
    session("my:statement_file", other=HIDDEN),  # theirs is empty: no file
    session("my:profile"),
    session("my:details"),
    session("my:details", "POST", language="kk"),
    session("inbox:list"),
    session("inbox:notice", other=HIDDEN),
    session("inbox:read_all", "POST"),
    session("decisions:decision", other=HIDDEN),
    session("cases:dispute", other=HIDDEN),
    session("cases:dispute", "POST", other=HIDDEN, words="mine"),
    session("acting:choose"),
    session("acting:choose", "POST", organisation=""),
    Row(
        "acting:members",
        dict.fromkeys(CALLERS, REFUSED)
        | {"anonymous": SIGN_IN}
        | dict.fromkeys(("owner", "blocked", "stranger"), HIDDEN),
    ),
    session("acting:answer", "POST", other=HIDDEN, answer="decline"),
    session("club:home"),
    session("club:statement"),
    session("club:campaigns"),
    session("club:calculator"),
    session("club:calculator", "POST", partner="x"),
    session("club:pay"),
    session("club:pay", "POST", bill="1"),
    session("club:ask"),
    session("club:ask", "POST", words="mine"),
    session("club:cards"),
    session("club:cards", "POST", number="none"),
    session("club:ask_card", "POST", number="*1"),
    session("club:join", "POST"),
    session("club:leave"),
    session("club:leave", "POST", sure="yes"),
    session("club:console"),
    session("club:partner", other=HIDDEN),
    session("club:settlement", other=HIDDEN),
    session("club:settlement_file", other=HIDDEN),
    session("club:dispute_line", other=HIDDEN),
    session("club:dispute_line", "POST", other=HIDDEN, words="mine"),
    session("tickets:purse"),
    session("tickets:console"),
    session("tickets:organiser", other=HIDDEN),
    session("tickets:organiser_performance", other=HIDDEN),
    session("tickets:settlement", other=HIDDEN),
    session("tickets:settlement_file", other=HIDDEN),
    session("tickets:settlement_dispute", other=HIDDEN),
    session("tickets:settlement_dispute", "POST", other=HIDDEN, words="mine"),
    session("tickets:organiser_paid", "POST", other=HIDDEN),
    # What is on, and a buyer's orders and tickets. A guest's order has a door of its own.
    everybody("tickets:listing"),
    everybody("tickets:performance"),
    everybody("tickets:performance", "POST", email="mine"),
    session("tickets:mine"),
    session("tickets:order", other=HIDDEN),
    session("tickets:pay", "POST", other=HIDDEN),
    session("tickets:abandon", "POST", other=HIDDEN),
    session("tickets:ticket", other=HIDDEN),
    session("tickets:ticket_code", other=HIDDEN),
    everybody("tickets:ticket_worker"),
    session("tickets:ticket_paper", other=HIDDEN),
    Row(  # no certificate of Apple's is set
        "tickets:ticket_pass",
        {**session("x").answers} | dict.fromkeys(("owner", "blocked", "stranger"), HIDDEN),
    ),
    session("tickets:waiting"),
    session("tickets:waiting", "POST", leave="1"),
    session("agreements:list"),
    session("agreements:edition"),  # who accepted none is asked to
    session("agreements:receipt", other=HIDDEN),
    session("agreements:consents"),
    session("agreements:consents", "POST", withdraw="all"),
    session("data:home"),
    proved_session("data:ask", "POST"),
    proved_session("data:download"),
    proved_session("data:erasure"),
    proved_session("data:erasure", "POST", sure="yes"),
    session("data:keep", "POST", other=HIDDEN),
    session("cases:list"),
    session("cases:case", other=HIDDEN),
    session("cases:case", "POST", other=HIDDEN, evidence="mine"),
    # Refunds of tickets.
    everybody("tickets:refund_form"),
    everybody("tickets:find_refund"),
    everybody("tickets:find_refund", "POST", code="x", email="x@example.com"),
    session("tickets:hold", other=HIDDEN),
    session("tickets:hold", "POST", other=HIDDEN, act="keep"),
    session("tickets:refund", other=HIDDEN),
    session("tickets:apply", "POST", other=HIDDEN, reason="own_wish", accepted="0"),
    session("tickets:refund_form_of", other=HIDDEN),
    session("tickets:refunds"),
    session("tickets:application", other=HIDDEN),
    session("tickets:attach", "POST", other=HIDDEN, document="another"),
    session("tickets:explain", "POST", other=HIDDEN, explanation="mine"),
    session("tickets:withdraw", "POST", other=HIDDEN),
    session("tickets:write", "POST", other=HIDDEN),
    session("tickets:refund_paper", other=HIDDEN),
    session("tickets:choose", other=HIDDEN),
    session("tickets:send", "POST", other=HIDDEN, bank="mine"),
    session("tickets:consent", "POST", other=HIDDEN, way="balance"),
    session("tickets:missing", other=HIDDEN),
    session("tickets:missing", "POST", other=HIDDEN, words="mine"),
    # Signing in.
    everybody("account_login"),
    everybody("account_logout"),
    everybody("account_signup"),
    in_the_middle("mfa_authenticate"),
    in_the_middle("mfa_login_webauthn"),
    everybody("sign_in:by_code"),
    out_of_turn("sign_in:confirm"),
    everybody("sign_in:recover"),
    out_of_turn("sign_in:lost_factor"),
    session("sign_in:claim"),
    session("security:not_me"),
    everybody("mfa_index"),
    proved_afresh("mfa_activate_totp"),
    proved_afresh("mfa_add_webauthn"),
    anybody_signed_in("mfa_reauthenticate_webauthn"),
    proved_afresh("mfa_view_recovery_codes", then=HIDDEN),
    proved_afresh("mfa_generate_recovery_codes"),
    anybody_signed_in("security:home"),
    anybody_signed_in("security:confirm"),
    proved_afresh("security:password"),
    proved_afresh("security:add_contact"),
    proved_afresh("security:remove_contact", "POST", then=HIDDEN),
    proved_afresh("security:remove_factor", "POST", then=HIDDEN),
    anybody_signed_in("security:keep_factor", "POST"),
    anybody_signed_in("security:end_session", "POST", then=HIDDEN),
    anybody_signed_in("security:end_others", "POST"),
    anybody_signed_in("security:forget_device", "POST"),
    out_of_turn("staff:sign_in"),
    out_of_turn("staff:sign_out", "POST"),
    # The desk.
    desk("desk:home", *ROLES),
    desk("desk:find", *READERS, "cashier", "moderator", "finance", "terms_owner"),
    desk("desk:customer", *READERS, "cashier", "moderator"),
    desk("desk:reveal", "clerk", method="POST", reason="to call back"),
    desk("standing:page", *READERS, "cashier", "moderator"),
    desk("standing:evidence", "clerk", method="POST", kind="document", reference="x"),
    desk("standing:withdraw", "clerk", method="POST", then=HIDDEN),
    desk("standing:student", "clerk", method="POST"),
    desk("standing:withdraw_status", "clerk", method="POST", then=HIDDEN),
    desk("standing:member", "clerk", method="POST"),
    desk("standing:block", "clerk", "moderator", method="POST", reason="x"),
    desk("standing:lift", "approver", method="POST", reason="x"),
    desk("desk:decision", *READERS, "moderator", "finance", "terms_owner"),
    desk("desk:transfer", *READERS, "finance"),
    desk("desk:case", *READERS, "moderator"),
    desk("desk:assign", *READERS, method="POST"),
    desk("desk:hand_over", *READERS, method="POST", reason="x", to="{clerk}"),
    desk("desk:evidence", *READERS, method="POST", evidence="x"),
    desk("desk:tie", *READERS, method="POST", other="x"),
    desk("desk:resolve", *READERS, method="POST", answer="reject", reason="x"),
    desk("desk:approve", "approver", method="POST"),
    desk("desk:withdraw", *READERS, method="POST"),
    desk("desk:open_stopped", *READERS, method="POST"),
    desk("desk:release", "approver", method="POST"),
    desk("messages:list", *STOPPERS),
    desk("messages:show", *STOPPERS),
    desk("messages:stop", *STOPPERS, method="POST", reason="x"),
    desk("messages:new", "messenger"),
    desk("messages:new", "messenger", method="POST"),
    desk("messages:submit", "messenger", method="POST"),
    desk("messages:approve", "approver", method="POST"),
    desk("messages:new_false", "messenger"),
    desk("messages:new_false", "messenger", method="POST"),
    desk("messages:publish", "approver", method="POST"),
    desk("messages:withdraw", "approver", method="POST"),
    desk("audit:log", "auditor"),
    desk("staffing:list", "approver", "administrator"),
    desk("staffing:list", "approver", "administrator", method="POST"),
    desk("staffing:approve", "approver", "administrator", method="POST"),
    desk("staffing:decline", "approver", "administrator", method="POST"),
    desk("staffing:dismiss", "administrator", method="POST", reason="x"),
    desk("rest:tokens", "administrator"),
    desk("rest:tokens", "administrator", method="POST"),
    desk("rest:revoke", "administrator", method="POST"),
    desk("webhooks:endpoints", "administrator"),
    desk("webhooks:add", "administrator"),
    desk("webhooks:add", "administrator", method="POST"),
    desk("webhooks:endpoint", "administrator", then=HIDDEN),
    desk("webhooks:switch", "administrator", method="POST", then=HIDDEN),
    desk("webhooks:rotate", "administrator", method="POST", then=HIDDEN),
    desk("webhooks:delivery", "administrator", then=HIDDEN),
    desk("webhooks:replay", "administrator", method="POST", then=HIDDEN),
    desk("club:suspicions", *READERS, "moderator"),
    desk("club:card_requests", "clerk"),
    desk("club:answer_request", "clerk", method="POST", because="x"),
    desk("club:desk_member", *READERS, "cashier", "moderator"),
    desk("club:desk_enrol", "clerk", method="POST"),
    desk("club:desk_leave", "clerk", method="POST"),
    desk("club:desk_card", "clerk", method="POST", act="close", number="none"),
    desk("club:board", "finance", "terms_owner"),
    desk("tickets:settling", "finance", "terms_owner"),
    desk("tickets:settling_organiser", "finance", "terms_owner"),
    desk("tickets:settling_organiser", "finance", method="POST", unit="RUB"),
    desk("tickets:settling_performance", "finance", "terms_owner"),
    desk("tickets:settling_performance", "finance", method="POST"),
    desk("tickets:transfer_file", "finance"),
    desk("tickets:transfer_ended", "finance", method="POST", became="paid"),
    # Refunds of tickets at the desk.
    desk("tickets:office", *READERS),
    desk("tickets:office_register", *READERS),
    desk("tickets:office_register", *READERS, method="POST", then=HIDDEN),
    desk("tickets:office_application", *READERS),
    desk("tickets:office_answer", *READERS, method="POST", answer="agreed"),
    desk("tickets:office_extend", *READERS, method="POST", words="x"),
    desk("tickets:office_refer", *READERS, method="POST", reference="x"),
    desk("tickets:office_surrender", *READERS, method="POST"),
    desk("tickets:office_paper", *READERS),
    desk("tickets:office_document", *READERS),
    desk("tickets:office_check", *READERS, method="POST", found="genuine"),
    desk("tickets:office_by_hand", *READERS, method="POST", then=HIDDEN),
    desk("tickets:office_missing", *READERS),
    desk("tickets:office_missing_end", *READERS, method="POST", words="shown"),
    # The doors of performances.
    desk("tickets:gates", "gate"),
    desk("tickets:gates", "gate", method="POST", then=HIDDEN),
    desk("tickets:gate", "gate", then=HIDDEN),
    desk("tickets:gate", "gate", method="POST", then=HIDDEN, code="x"),
    desk("tickets:gate_file", "gate", then=HIDDEN),
    desk("tickets:gate_upload", "gate", method="POST"),
    everybody("tickets:gate_worker"),
    desk("tickets:counter", "cashier"),
    desk("tickets:counter_sale", "cashier"),
    desk("tickets:counter_sale", "cashier", method="POST"),
    desk("tickets:counter_order", "cashier"),
    desk("tickets:hand_out", "cashier", method="POST", then=HIDDEN),
    desk("tickets:form", "cashier"),
    desk("tickets:take_in", "cashier", method="POST"),
    desk("tickets:shift", "cashier"),
    desk("tickets:dispatch", "cashier"),
    desk("tickets:dispatch_labels", "cashier", then=HIDDEN),
    desk("tickets:shipment", "cashier", then=HIDDEN),
    desk("tickets:shipment", "cashier", method="POST", then=HIDDEN),
    desk("tickets:delivery_offers", "finance"),
    desk("tickets:delivery_offers", "finance", method="POST", act="withdraw", then=HIDDEN),
    desk("tickets:gate_incidents", "gate", *READERS),
    desk("tickets:gate_incidents", "gate", *READERS, method="POST", then=HIDDEN),
    # What becomes of performances; regimes and incidents.
    everybody("tickets:history"),
    everybody("tickets:incidents"),
    session("tickets:my_change", other=HIDDEN),
    session("tickets:my_change", "POST", other=HIDDEN, choice="keep"),
    desk("tickets:changes", *READERS),
    desk("tickets:change", *READERS),
    desk("tickets:change", *READERS, method="POST", stage="x"),
    desk("tickets:phone_code", *READERS),
    desk("tickets:phone_code", *READERS, method="POST", rule="x"),
    desk("tickets:proposal", *READERS, then=HIDDEN),
    desk("tickets:proposal", *READERS, method="POST", then=HIDDEN),
    desk("tickets:corrections", *READERS),
    desk("tickets:correction", *READERS),
    desk("tickets:correction", *READERS, method="POST"),
    desk("tickets:correct", *READERS, method="POST"),
    desk("tickets:regimes", *READERS),
    desk("tickets:regimes", *READERS, method="POST", region="x"),
    desk("tickets:office_incidents", *READERS),
    desk("tickets:office_incidents", *READERS, method="POST", act="x"),
    desk("configuration:index", "administrator"),
    desk("configuration:app_list", "administrator"),
    desk("configuration:decisions_authority_changelist", "administrator"),
    desk("configuration:decisions_authority_add", "administrator"),
    desk("configuration:decisions_authority_add", "administrator", method="POST"),
    desk("configuration:decisions_authority_change", "administrator"),
    desk("configuration:decisions_authority_change", "administrator", method="POST"),
)
