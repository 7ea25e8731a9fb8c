"""The two doors to a customer's pages: a session and a personal link.

One set of views and names of addresses serves both: `path("<door:token>/cases/", …)` answers under
`/my/cases/` and under `/c/<token>/cases/`, and `reverse(…, args=[token])` leads through the door
that the reader came by.
"""

from __future__ import annotations

from django.urls import register_converter

#: Stands for `token` where the customer signed in; no signed text is that short.
SESSION = "my"


class Door:
    """The start of an address: `my` for who signed in, `c/<token>` for a personal link."""

    regex = r"my|c/[^/]+"

    def to_python(self, value: str) -> str:
        """Return `my`, or the token of the link."""
        return value.removeprefix("c/")

    def to_url(self, value: str) -> str:
        """Return the start of the address for `my` or a token."""
        return value if value == SESSION else f"c/{value}"


register_converter(Door, "door")
