"""Settings from the environment: one typed, frozen object, read once."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, get_type_hints
from zoneinfo import ZoneInfo

from oferta.kernel.errors import OfertaError

_UTC = ZoneInfo("UTC")


@dataclass(eq=False, kw_only=True)
class BadSetting(OfertaError):
    """A setting has a value that its type does not take."""

    code: ClassVar[str] = "project.bad_setting"
    name: str
    given: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class Config:
    """What an operator may set. The name in the environment is `OFERTA_` and the field's name.

    `DATABASE_URL` alone goes by its customary name.
    """

    #: Any PostgreSQL of version 16 or later; empty: the embedded server.
    database_url: str = ""
    #: Folder of the embedded server, generated secrets and delivered files.
    data: Path = Path(".data")
    #: Folder of the operators' term packs.
    terms: Path = Path("terms")
    #: Folder of the sample data that a first start in development loads.
    samples: Path = Path("samples")
    #: Signs sessions; made and kept under `data` if empty and `development` is on.
    secret_key: str = ""
    #: Loads samples, shows their logins and sends cookies without TLS. Never in production.
    development: bool = True
    #: Shows tracebacks on pages, for who writes Oferta (and development is on); pages are slower.
    tracebacks: bool = False
    #: Hosts that the site answers to, separated by commas.
    hosts: str = "localhost,127.0.0.1,[::1]"
    #: Address that the web server listens on; 0.0.0.0 for every one of the machine.
    bind: str = "127.0.0.1"
    #: Port of the web server.
    port: int = 8000
    #: A proxy ends TLS before the web server and sets `X-Forwarded-Proto`; pages then insist on it.
    behind_tls: bool = False
    #: Processes of the web server.
    web_processes: int = 2
    #: Threads in each process of the web server: with more, all wait longer for one processor.
    web_threads: int = 4
    #: Time zone in which pages tell when something happened, by its IANA name.
    time_zone: ZoneInfo = _UTC
    #: SMTP server `host:port`; empty: mail is written to files under `data`.
    smtp: str = ""
    #: Sender of mails.
    mail_from: str = "oferta@localhost"
    #: URL that takes `POST {to, text}` and sends an SMS; empty: written to files.
    sms_gateway: str = ""
    #: Address of the site as customers see it, for links in messages; empty: `http://bind:port`.
    site: str = ""
    #: PEM file of the Ed25519 key that signs receipts; empty: made and kept under `data`.
    receipt_key: str = ""
    #: PEM file of the public keys that signed receipts before: a rotated key goes on counting.
    receipt_keys_retired: str = ""
    #: PEM file of Apple's certificate of a pass type, its key and the certificates above it; empty:
    #: tickets have no wallet passes.
    apple_passes: str = ""
    #: Who pays organisers of performances, as their bank knows them.
    payer: str = "Oferta"
    #: The account that organisers are paid from: an IBAN or its number; empty: no payment files.
    payer_account: str = ""
    #: The bank of that account: its BIC, or its number at the Bank of Russia.
    payer_bank: str = ""
    #: File of the purposes of consent; empty: those that come with Oferta.
    purposes: str = ""
    #: Days between asking for erasure and its being done, in which one can think better of it.
    erasure_days: int = 14
    #: Places that somebody who did not sign in may have reserved at a time, by one contact.
    guest_places_max: int = 20
    #: The same from one address of the network; many people share that of a telephone's provider.
    guest_places_per_address_max: int = 100
    #: People whom one member of staff may reach in 24 hours without a second person.
    reach_alone_max: int = 100
    #: Messages of one mass message in a minute.
    messages_per_minute: int = 600
    #: Notices of one kind to one customer in 24 hours outside the inbox.
    notices_per_kind_max: int = 20
    #: Notices in one batch above which people must release it.
    notices_per_batch_max: int = 5_000
    #: Notices in 24 hours above which people must release a batch.
    notices_per_day_max: int = 200_000
    #: Senders and addresses that really are ours, separated by commas; shown to who asks.
    own_senders: str = ""
    #: Webhooks may go to addresses inside and without TLS: for development and closed networks.
    webhooks_private: bool = False
    #: Seconds that one delivery may take.
    delivery_seconds_max: int = 20


def read_config(environ: dict[str, str] | None = None) -> Config:
    """Return the settings of this process.

    Raises:
        BadSetting: a value that the setting's type does not take.
    """
    env = dict(os.environ) if environ is None else environ
    types = get_type_hints(Config)
    given: dict[str, Any] = {}
    for field in fields(Config):
        name = variable_of(field.name)
        if env.get(name):
            given[field.name] = _typed(name, env[name], types[field.name])
    return Config(**given)


def variable_of(field_name: str) -> str:
    """Return the name in the environment of a field of `Config`."""
    return "DATABASE_URL" if field_name == "database_url" else f"OFERTA_{field_name.upper()}"


def secret_key(config: Config) -> str:
    """Return the signing key: the one set, or in development one made once and kept.

    Raises:
        BadSetting: none is set outside development.
    """
    if config.secret_key:
        return config.secret_key
    if not config.development:
        raise BadSetting(name="OFERTA_SECRET_KEY", given="", expected="a long random text")
    kept = config.data / "secret_key"
    if not kept.exists():
        keep_whole(kept, secrets.token_urlsafe(48))
    return kept.read_text()


def keep_whole(path: Path, text: str) -> None:
    """Write a private file that others see whole or not at all; the first writer wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, making = tempfile.mkstemp(dir=path.parent)  # readable by its owner alone
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    with suppress(FileExistsError):
        os.link(making, path)
    Path(making).unlink()


def _typed(name: str, text: str, kind: type) -> Any:
    if kind is bool:
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"0", "false", "no", "off"}:
            return False
        raise BadSetting(name=name, given=text, expected="yes or no")
    if kind is int:
        if not text.lstrip("-").isdigit():
            raise BadSetting(name=name, given=text, expected="a whole number")
        return int(text)
    if kind is ZoneInfo:
        try:
            return ZoneInfo(text)
        except (KeyError, ValueError, OSError):  # unknown, a path, a folder
            expected = "the IANA name of a time zone, as Asia/Almaty"
            raise BadSetting(name=name, given=text, expected=expected) from None
    return kind(text)
