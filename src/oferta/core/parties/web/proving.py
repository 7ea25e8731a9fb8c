"""Prove a contact by a one-time code: the one process behind sign-up, sign-in and recovery.

It rests on allauth's process for codes (state in the session, attempts counted, a time-out). What
differs: a contact is a phone or an e-mail alike, and a contact that leads to nobody takes the same
way, so that neither the pages nor the clock tell who is known.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from oferta.core.parties import logins
from oferta.core.parties.login_types import Address, CodeIssued, Purpose
from oferta.core.parties.models import Login
from oferta.core.parties.types import Channel
from oferta.kernel import clock, events
from oferta.kernel.i18n import language_of

STATE = "oferta_proof"
SECONDS_MAX = 600
ATTEMPTS_MAX = 5
DIGITS = 6
#: How many codes go to one address, how many wrong codes are taken for it, and how many codes one
#: network address may ask for. The last is wide: a whole office or campus may share it.
LIMITS = {
    "oferta_code": "5/10m/key,20/d/key,300/h/ip",
    "oferta_code_wrong": "15/h/key",
}


class TooManyCodes(Exception):
    """So many codes were asked for that no more are sent for a while."""


class Proof(AbstractCodeVerificationProcess):
    """A code on its way to an address, and what it is for."""

    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        super().__init__(max_attempts=ATTEMPTS_MAX, timeout=SECONDS_MAX, state=state)
        self.request = request

    @classmethod
    def start(
        cls,
        request: HttpRequest,
        to: Address,
        purpose: Purpose,
        *,
        next_url: str = "",
        read: Sequence[tuple[str, str]] = (),
    ) -> Proof:
        """Send a code and remember it in the session.

        Args:
            request: the visitor's.
            to: where the code goes.
            purpose: what it is for.
            next_url: where they go on to.
            read: pack and edition of the terms that they accepted on the page.

        Raises:
            TooManyCodes: too many for this address lately.
        """
        if _count(request, "oferta_code", to) is None:
            raise TooManyCodes
        state = cls.initial_state(user=None)
        state |= {"channel": to.channel.value, "address": to.address}
        state |= {"purpose": purpose.value, "next": next_url}
        state["read"] = [list(one) for one in read]
        proof = cls(request, state)
        proof.send()
        proof.persist()
        return proof

    @classmethod
    def under_way(cls, request: HttpRequest, *purposes: Purpose) -> Proof | None:
        """Return the proof that waits for its code, if it is for one of `purposes`."""
        state = request.session.get(STATE)
        if not state or state["purpose"] not in purposes:
            return None
        found: Proof | None = cls(request, state).abort_if_invalid()
        return found

    @property
    def to(self) -> Address:
        """Return where the code was sent."""
        return Address(channel=Channel(self.state["channel"]), address=self.state["address"])

    @property
    def purpose(self) -> Purpose:
        """Return what it is for."""
        return Purpose(self.state["purpose"])

    @property
    def read(self) -> list[tuple[str, str]]:
        """Return pack and edition of the terms that were accepted when the code was asked for."""
        return [(pack, edition) for pack, edition in self.state.get("read", ())]

    @property
    def login(self) -> Login | None:
        """Return the login that the contact leads to now."""
        return logins.login_of(self.to)

    def send(self) -> None:
        """Put the code into the outbox; where it would let nobody in, a message that says so."""
        lets_in = self.purpose in {Purpose.SIGN_UP, Purpose.ADD} or self.login is not None
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        self.state["code"] = self._digest(code) if lets_in else ""
        now = clock.now()
        events.publish(
            CodeIssued(
                to=self.to,
                language=language_of(self.request.LANGUAGE_CODE),
                purpose=self.purpose,
                code=code if lets_in else "",
                at=now,
                valid_until=now + timedelta(seconds=SECONDS_MAX),
            )
        )

    def right(self, given: str) -> bool:
        """Return whether this is the code; a wrong one is counted, here and for the address.

        Counted before it is compared, and given back if it was right: of many tries at the same
        moment none is left out.
        """
        counted = _count(self.request, "oferta_code_wrong", self.to)
        if counted is None:
            self.abort()
            return False
        typed = "".join(given.split())
        if self.code and constant_time_compare(self._digest(typed), self.code):
            counted.rollback()
            self.abort()  # a code works once
            return True
        self.record_invalid_attempt()
        return False

    def _digest(self, code: str) -> str:
        """Return what the session keeps of a code: who reads it there cannot type it."""
        said = f"{self.to.channel}:{self.to.address}:{code}"
        return salted_hmac("oferta.parties.code", said, algorithm="sha256").hexdigest()

    def persist(self) -> None:
        """Keep the state in the session."""
        self.request.session[STATE] = self.state

    def abort(self) -> None:
        """Forget the code."""
        self.request.session.pop(STATE, None)


def _count(request: HttpRequest, action: str, to: Address) -> ratelimit.RateLimitUsage | None:
    """Count one more for an address; None: there were as many as may be."""
    return ratelimit.consume(
        request,
        app="oferta",
        action=action,
        config=LIMITS,
        key=f"{to.channel}:{to.address}",
    )
