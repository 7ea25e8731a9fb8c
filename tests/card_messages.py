"""Makes card messages as an acquirer sends them."""

from __future__ import annotations

from datetime import datetime

import iso8583

from oferta.services.club.feeds.spec import SPEC

PAN = "4400123456780001"
MASKED = "440012******0001"


def a_message(stan: int = 1, *, at: datetime, kind: str = "0200", **fields: str) -> bytes:
    """Return a message without its length; fields as `f4="…"`; an empty one is left out."""
    said = {
        "t": kind,
        "2": PAN,
        "3": "000000",
        "4": "000000100000",
        "7": at.strftime("%m%d%H%M%S"),
        "11": f"{stan:06}",
        "18": "5411",
        "19": "398",
        "22": "031",
        "32": "00000400",
        "37": f"{stan:012}",
        "41": "TERM0001",
        "43": "MAGNUM                   ALMATY       KZ",
        "49": "398",
    } | {name.removeprefix("f"): value for name, value in fields.items()}
    return bytes(iso8583.encode({key: value for key, value in said.items() if value}, SPEC)[0])


def a_reversal(stan: int, of: int, *, at: datetime, kind: str = "0400", **fields: str) -> bytes:
    """Return the reversal of a payment sent at the same moment."""
    original = f"0200{of:06}{at:%m%d%H%M%S}{'0' * 22}"
    told = {"f37": f"{of:012}", "f90": original, "f3": ""} | fields
    return a_message(stan, at=at, kind=kind, **told)
