"""How card messages are written and what their codes mean to the club: data, not code.

ISO 8583:1987 in ASCII, as pyiso8583 describes it, without what the club does not read.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

import iso8583.specs

#: Fields by number; everything is fixed-length or length-prefixed ASCII.
SPEC = copy.deepcopy(iso8583.specs.default_ascii)

PAN, PROCESSING, AMOUNT, SENT, STAN = "2", "3", "4", "7", "11"
MCC, COUNTRY, ENTRY_MODE, ACQUIRER, RRN = "18", "19", "22", "32", "37"
ANSWER, TERMINAL, MERCHANT, WALLET, CURRENCY = "39", "41", "43", "48", "49"
NETWORK, ORIGINAL = "70", "90"

#: What each request is answered with.
ANSWERED_BY: Mapping[str, str] = {
    "0200": "0210",
    "0201": "0210",
    "0220": "0230",
    "0221": "0230",
    "0400": "0410",
    "0401": "0410",
    "0420": "0430",
    "0421": "0430",
    "0800": "0810",
    "0820": "0830",
}
FINANCIAL = frozenset({"0200", "0201", "0220", "0221"})
REVERSAL = frozenset({"0400", "0401", "0420", "0421"})
NETWORK_MANAGEMENT = frozenset({"0800", "0820"})

#: Fields that a request must have.
NEEDED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        FINANCIAL, (PAN, PROCESSING, AMOUNT, SENT, STAN, ACQUIRER, RRN, TERMINAL, CURRENCY)
    ),
    **dict.fromkeys(
        REVERSAL, (PAN, AMOUNT, SENT, STAN, ACQUIRER, RRN, TERMINAL, CURRENCY, ORIGINAL)
    ),
    **dict.fromkeys(NETWORK_MANAGEMENT, (SENT, STAN)),
}
#: Fields that an answer says again.
ECHOED = (PROCESSING, AMOUNT, SENT, STAN, ACQUIRER, RRN, TERMINAL, CURRENCY, NETWORK)

#: Response codes of field 39.
ACCEPTED, NO_SUCH_CARD, INVALID, BAD_AMOUNT = "00", "14", "12", "13"
FORMAT_ERROR, SENT_OTHERWISE, MALFUNCTION = "30", "94", "96"

#: ISO 4217 and ISO 3166, both numeric: Kazakhstan.
TENGE = KAZAKHSTAN = "398"

#: First two digits of the processing code: a refund, or the terms' category of a purchase.
REFUND = "20"
CATEGORIES: Mapping[str, str] = {
    "00": "purchase",
    "01": "cash",
    "09": "purchase",
    "17": "cash",
    "21": "deposit",
    "26": "transfer",
    "40": "transfer",
    "50": "utilities",
}
#: First two digits of the entry mode: the terms' method and, of an unknown terminal, its channel.
ENTRIES: Mapping[str, tuple[str, str]] = {
    "01": ("card_online", "site"),
    "02": ("card_physical", "pos"),
    "03": ("halyk_qr", "pos"),
    "05": ("card_physical", "pos"),
    "07": ("card_physical", "pos"),
    "10": ("card_online", "site"),
    "81": ("card_online", "site"),
    "90": ("card_physical", "pos"),
    "91": ("card_physical", "pos"),
}
#: Field 48: which wallet stood behind a contactless payment.
WALLETS: Mapping[str, str] = {
    "AP": "apple_pay",
    "SP": "samsung_pay",
    "GP": "google_pay",
    "GA": "garmin_pay",
    "QR": "halyk_qr",
}
