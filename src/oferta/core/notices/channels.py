"""Ways out: each takes one message and either delivers it or says why not.

A channel knows nothing of retries or tables. The same delivery keeps its id through retries and
every channel passes it on, so that a receiver can drop a repeat after a crash between sending and
noting it.
"""

from __future__ import annotations

import json
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from oferta.core.notices.errors import DeliveryFailed
from oferta.core.notices.types import Message

#: Answers of a mail server from this code on are final: trying again will not help.
_SMTP_FINAL = 500
#: Answers of a web server that say "later", not "never".
_HTTP_LATER = frozenset({408, 409, 425, 429})
_HTTP_SERVER_ERROR = 500
_HTTP_OK = range(200, 300)


class Channel(Protocol):
    """One way out."""

    @property
    def name(self) -> str:
        """Its name, as contacts and deliveries store it."""

    def deliver(self, message: Message) -> None:
        """Deliver a message; DeliveryFailed if that did not succeed."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """The customer's web pages: the notice is there as soon as it is written."""

    name: str = "inbox"

    def deliver(self, message: Message) -> None:
        """Deliver nothing more: the page reads the notice itself."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes messages to files, one each: for development and for handing over by file."""

    name: str
    folder: Path

    def deliver(self, message: Message) -> None:
        """Write the message; the same delivery overwrites its own file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{message.delivery_id}.json"
        said = {
            "channel": self.name,
            "to": message.address,
            "language": message.language,
            "subject": message.subject,
            "body": message.body,
        }
        path.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Smtp:
    """Sends e-mail through an SMTP server."""

    host: str
    port: int
    sender: str
    timeout_seconds: float
    name: str = "email"

    def deliver(self, message: Message) -> None:
        """Send the message; its Message-ID is the delivery's id."""
        try:
            mail = self._mail(message)
        except ValueError as error:  # a line break in an address or a subject
            raise self._failed(error, again=False) from None
        try:
            with smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds) as server:
                server.send_message(mail)
        except smtplib.SMTPResponseException as error:
            raise self._failed(error, again=error.smtp_code < _SMTP_FINAL) from None
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise self._failed(error, again=min(codes) < _SMTP_FINAL) from None
        except (OSError, smtplib.SMTPException) as error:
            raise self._failed(error, again=True) from None

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = message.subject
        mail["From"] = self.sender
        mail["To"] = message.address
        mail["Message-ID"] = f"<{message.delivery_id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine answers it
        if message.withdrawal:  # RFC 8058: one click in the mail program
            mail["List-Unsubscribe"] = f"<{message.withdrawal}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(message.body)
        mail["Content-Language"] = message.language  # last: setting the content drops it
        return mail

    def _failed(self, error: Exception, *, again: bool) -> DeliveryFailed:
        return DeliveryFailed(channel=self.name, reason=str(error)[:500], again=again)


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """Hands text messages to a gateway by `POST {to, text}`."""

    url: str
    timeout_seconds: float
    name: str = "sms"

    def deliver(self, message: Message) -> None:
        """Send the body as one text; the header Idempotency-Key is the delivery's id."""
        import httpx  # noqa: PLC0415 - a third of a second that only the worker needs

        try:
            answer = httpx.post(
                self.url,
                json={"to": message.address, "text": message.body},
                headers={"Idempotency-Key": str(message.delivery_id)},
                timeout=self.timeout_seconds,
            )
        except httpx.HTTPError as error:
            reason = f"{type(error).__name__}: {error}"
            raise DeliveryFailed(channel=self.name, reason=reason, again=True) from None
        if answer.status_code not in _HTTP_OK:
            again = answer.status_code >= _HTTP_SERVER_ERROR or answer.status_code in _HTTP_LATER
            reason = f"HTTP {answer.status_code}: {answer.text[:200]}"
            raise DeliveryFailed(channel=self.name, reason=reason, again=again)


_channels: dict[str, Channel] = {"inbox": Inbox()}


def connect(channels: Mapping[str, Channel]) -> None:
    """Make `channels` the ways out, beside the inbox."""
    _channels.clear()
    _channels.update({"inbox": Inbox(), **channels})


def channels() -> Mapping[str, Channel]:
    """Return the ways out by name."""
    return _channels
