"""A letter as it came, brought to what a claim needs of it; pure.

Whatever is sent to a public address arrives here, so nothing of it is trusted: parts that cannot be
read are left out, and machines are told from people (RFC 3834), so that two of them never write to
one another for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.parser import BytesParser
from hashlib import sha256
from html.parser import HTMLParser

from oferta.services.club.claims.errors import LetterUnreadable

#: A question with a scan of a receipt is smaller.
BYTES_MAX = 10_000_000
SUBJECT_MAX = 200
WORDS_MAX = 3_700
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)\b")
#: Where the letter that is answered begins: what follows is not this writer's.
_QUOTED = re.compile(
    r"^\s*(>|-{2,}\s*(original message|исходное сообщение|пересылаемое сообщение"
    r"|原始郵件|原始邮件))",
    re.IGNORECASE,
)
_BLANK = re.compile(r"\n{3,}")
_SILENT = frozenset({"script", "style", "head", "title"})
_BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a claim needs of a letter."""

    #: Its own name; the same letter handed over twice has the same.
    id: str
    #: In lower case; "" if there is none.
    sender: str
    subject: str
    #: What the writer says, without what they quote.
    words: str
    #: A machine wrote it: nothing is opened and nothing answered.
    automatic: bool


def read_letter(raw: bytes, own: frozenset[str] = frozenset()) -> Letter:
    """Read a message as RFC 5322 has it.

    Args:
        raw: the message with its headers.
        own: our own addresses, in lower case: what comes from them is an echo.

    Raises:
        LetterUnreadable: too long, or no message: it has no sender.
    """
    if len(raw) > BYTES_MAX:
        raise LetterUnreadable(what=f"{len(raw)} bytes", expected=f"at most {BYTES_MAX}")
    message = BytesParser(policy=policy.default).parsebytes(raw)
    if not _header(message, "From"):
        raise LetterUnreadable(what="no header From", expected="a message as RFC 5322 has it")
    sender = _sender(message)
    return Letter(
        id=_header(message, "Message-ID")[:SUBJECT_MAX] or sha256(raw).hexdigest(),
        sender=sender,
        subject=_header(message, "Subject")[:SUBJECT_MAX],
        words=_words(message)[:WORDS_MAX],
        automatic=sender in own or _automatic(message, sender),
    )


def _automatic(message: EmailMessage, sender: str) -> bool:
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _header(message, "Precedence").lower() in _BULK
        or bool(_header(message, "List-Id") or _header(message, "X-Auto-Response-Suppress"))
        or _header(message, "Return-Path") == "<>"
        or message.get_content_type() == "multipart/report"
        or _MACHINES.match(sender) is not None
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).replace("\0", "").split())
    except (ValueError, IndexError, AttributeError, KeyError):  # headers that the parser trips over
        return ""


def _sender(message: EmailMessage) -> str:
    try:
        header = message["From"]
        found = header.addresses if isinstance(header, AddressHeader) else ()
        found = getattr(header, "addresses", found)
        return str(found[0].addr_spec).lower() if found else ""
    except (ValueError, IndexError, AttributeError, KeyError):
        return ""


def _words(message: EmailMessage) -> str:
    """Return the words of the first part that has any: plain text before HTML."""
    for preferred in ("plain", "html"):
        try:
            part = message.get_body(preferencelist=(preferred,))
            text = "" if part is None else str(part.get_content())
        except (LookupError, ValueError, AttributeError, KeyError):  # a charset that is none
            continue
        if preferred == "html":
            text = _plain(text)
        if said := _own_words(text):
            return said
    return ""


def _own_words(text: str) -> str:
    kept: list[str] = []
    for line in text.replace("\0", "").replace("\r\n", "\n").split("\n"):
        if _QUOTED.match(line):
            if line.lstrip().startswith(">"):
                continue
            break
        kept.append(line.rstrip())
    return _BLANK.sub("\n\n", "\n".join(kept)).strip()


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(" ".join(data.split()) + " " if data.strip() else "")


def _plain(html: str) -> str:
    reader = _Plain()
    reader.feed(html)
    return "".join(reader.parts)
