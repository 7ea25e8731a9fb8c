"""Reads `postgresql://` addresses, sockets (`?host=`) included."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a database is and how to get in."""

    database: str
    host: str
    port: str
    role: str
    password: str = field(repr=False)
    options: dict[str, str]


def address_of(url: str) -> Address:
    """Return the parts of `url`."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return Address(
        database=unquote(parts.path.lstrip("/")),
        host=query.pop("host", parts.hostname or ""),
        port=query.pop("port", str(parts.port or "")),
        role=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=query,
    )
