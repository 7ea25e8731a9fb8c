"""Sends one message over HTTP, and never to an address inside.

The name is resolved once, every address it leads to is checked, and the connection goes to the
address that was checked: a name that answers differently a moment later changes nothing. Redirects
are not followed; the whole exchange has one deadline.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from oferta.project.webhooks.errors import AddressRefused
from oferta.project.webhooks.types import Reply

BODY_KEPT = 1_024
HEAD_KEPT = 2_048
_PORTS = {"https": 443, "http": 80}
#: Of IPv6 only this is the public internet: `::127.0.0.1` or `fec0::1` lie beside it.
_V6_ASSIGNED = ipaddress.ip_network("2000::/3")
_V6_EXAMPLES = ipaddress.ip_network("3fff::/20")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    seconds: float,
    private: bool = False,
) -> Reply:
    """Send a message and return what came back; failures are told, not raised.

    Args:
        url: of the endpoint.
        headers: beside those of HTTP itself.
        body: as it was signed.
        seconds: for everything together.
        private: addresses inside are allowed.
    """
    began = time.monotonic()
    status, error, head = 0, "", ""
    try:
        with _connection(urlsplit(url), began + seconds, private=private) as connection:
            connection.request("POST", _target(urlsplit(url)), body, dict(headers))
            response = connection.getresponse()
            status, head = response.status, _head(response)
    except AddressRefused as refused:
        error = refused.code
    except (OSError, HTTPException, ValueError) as failed:
        error = f"{type(failed).__name__}: {failed}"[:200]
    return Reply(status, error, int((time.monotonic() - began) * 1000), head)


def is_outside(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet, however it is written."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = None
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(ip.packed[-4:])
    outside = ip.is_global and not ip.is_multicast
    if isinstance(ip, ipaddress.IPv6Address):
        outside = outside and ip in _V6_ASSIGNED and ip not in _V6_EXAMPLES
    return is_outside(str(inner)) if inner is not None else outside


@contextmanager
def _connection(url: SplitResult, deadline: float, *, private: bool) -> Iterator[HTTPConnection]:
    host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    opened = socket.create_connection(
        (_address(host, port, private=private), port), timeout=_left(deadline)
    )
    held = [opened]  # TLS puts another socket in the place of this one
    cut = threading.Timer(_left(deadline), _cut, [held])
    cut.daemon = True
    cut.start()
    try:
        connection = HTTPConnection(host, port)
        if url.scheme == "https":
            connection = HTTPSConnection(host, port)
            held[0] = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
        connection.sock = held[0]
        yield connection
    finally:
        cut.cancel()
        held[0].close()


def _address(host: str, port: int, *, private: bool) -> str:
    """Return an address of a name.

    Raises:
        AddressRefused: one of its addresses lies inside.
        OSError: it has none.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private and not all(is_outside(address) for address in found):
        raise AddressRefused(host=host)
    return found[0]


def _cut(held: list[socket.socket]) -> None:
    """End an exchange that trickles on: each byte of it would start the socket's own clock anew."""
    with suppress(OSError):
        held[0].shutdown(socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    return max(0.01, deadline - time.monotonic())


def _target(url: SplitResult) -> str:
    return (url.path or "/") + (f"?{url.query}" if url.query else "")


def _head(response: HTTPResponse) -> str:
    lines = [f"{response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.getheaders()]
    body = response.read(BODY_KEPT).decode(errors="replace")
    return ("\n".join(lines)[:HEAD_KEPT] + f"\n\n{body}").replace("\0", "\ufffd")
