"""The anchor: what a careful Python programmer writes by hand for the thirty clauses of `policy`.

It is the project's own workload, written before the compilers and kept unchanged in meaning:
tables hoisted out of the function, tests in the order that returns soonest. The returned number
is the place of the clause in the policy's first published order (E1 … E12, X1 … X6, R1 … R11, B1).
"""

# ruff: noqa: C901, PLR0911, PLR0912, PLR0913, PLR0917, PLR1714 - as fast as can be, not as tidy

from __future__ import annotations

EXCLUDED = frozenset(
    [6010, 6011, 6012, 6050, 6051, 7800, 7801, 7802, 7995, 9754, 9211, 9222, 9311, 9399, 9402, 9405]
)
E1 = frozenset([6010, 6011, 6012, 6050, 6051])
E2 = frozenset([7800, 7801, 7802, 7995, 9754])
E3 = frozenset([4812, 4813, 4814, 4816, 4821, 4899, 4900])
E5 = frozenset([5960, 6211, 6300])
TRANSIT = frozenset([4111, 4112, 4131])
PHARMACY = (5122, 5912)
FOOD = (5812, 5813, 5814)
GROCERIES = frozenset([5411, 5422, 5441, 5451, 5462, 5499])
R9 = frozenset([4111, 4112, 4131, 4789, 7832, 7922])
#: Days since 1970-01-01.
D1, D2, X1A, X1B, BF1, BF2 = 20120, 20454, 20148, 20331, 20420, 20422


def decide(
    d: int,
    amount: int,
    mcc: int,
    channel: str,
    product: str,
    country: str | None,
    tier: str,
    age: int | None,
    partner_bp: int | None,
    is_refund: bool,
    is_member: bool | None,
    weekend: bool,
) -> tuple[int, int]:
    """Return the place of the clause that decides and the rate in basis points."""
    x1 = x4 = False
    if mcc in EXCLUDED:
        return (0, 0) if mcc in E1 else (1, 0) if mcc in E2 else (3, 0)
    if mcc in E3:
        x1 = mcc == 4814 and channel == "app" and X1A <= d <= X1B
        if not x1:
            return (2, 0)
    elif mcc in E5:
        if product != "platinum":
            return (4, 0)
    elif mcc == 4829 or 6532 <= mcc <= 6540:
        x4 = mcc == 6540 and channel == "app" and 100000 <= amount <= 5000000
        if not x4:
            return (5, 0)
    if product == "business" or (product == "payroll" and tier != "gold"):
        return (6, 0)
    if is_refund:
        return (7, 0)
    small = amount < 10000
    if small and mcc not in TRANSIT:
        return (8, 0)
    foreign = channel == "web" and country is not None and country != "KZ"
    lift3 = partner_bp is not None and tier != "base"
    if foreign and not lift3:
        return (9, 0)
    if not is_member and not (is_member is None and channel == "app"):
        return (10, 0)
    if not (D1 <= d < D2):
        return (11, 0)
    if x1:
        return (12, 50)
    if product == "payroll":
        return (13, 100)
    if foreign:
        return (14, partner_bp)  # type: ignore[return-value]  # lift3 says it is not null
    if x4:
        return (15, 25)
    if small:
        return (16, 100)
    if is_member is None:
        return (17, 10)
    if partner_bp is not None:
        return (18, 50) if product == "virtual" else (19, partner_bp)
    if BF1 <= d <= BF2 and (channel == "app" or channel == "web"):
        return (20, 1000)
    if mcc in PHARMACY:
        if age is not None and age >= 63:
            return (21, 700)
    elif mcc in FOOD:
        if weekend and tier != "base":
            return (22, 500)
    elif 3000 <= mcc <= 3299 or mcc == 4511:
        if tier == "gold":
            return (23, 400)
    elif 3501 <= mcc <= 3838 or mcc == 7011:
        if product == "gold" or product == "platinum":
            return (24, 350)
    elif mcc in GROCERIES:
        if channel == "pos" or channel == "qr":
            return (25, 300)
    elif mcc in R9:
        return (26, 250)
    if channel == "qr":
        return (27, 200)
    if channel == "apple_pay" and amount >= 500000:
        return (28, 150)
    return (29, 100)
