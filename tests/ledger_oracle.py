"""An independent ledger for comparison: slow, whole copies of the state, no shared code.

It knows only the names of the result codes. State is a plain dict; a chain is tried on a copy of
it all.
"""

from __future__ import annotations

from typing import Any

TOTAL_MAX = 2**62 - 1
NEVER_STICKY = {
    *("OK", "EXISTS", "DIFFERS", "MALFORMED", "AMOUNT_NOT_POSITIVE", "AMOUNT_TOO_LARGE"),
    *("SAME_ACCOUNT", "LINKED_FAILED", "CHAIN_OPEN"),
}


def new_state() -> dict[str, Any]:
    parts = ("accounts", "booked", "holds", "done", "back", "no")
    return {name: {} for name in parts}


def open_account(state: dict[str, Any], id_: int, unit: str, limit: int, floor: int = 0) -> None:
    state["accounts"][id_] = {
        "unit": unit,
        "limit": limit,
        "floor": floor,
        "closed": False,
        "dp": 0,
        "cp": 0,
        "dh": 0,
        "ch": 0,
    }


def post(state: dict[str, Any], transfers: list[Any], now: Any) -> list[str]:
    answers: list[str] = []
    start = 0
    while start < len(transfers):
        end = start
        while end < len(transfers) and transfers[end].linked:
            end += 1
        chain = transfers[start : end + 1]
        if end == len(transfers):
            answers += ["CHAIN_OPEN"] * len(chain)
        elif len(chain) == 1 or all(one.id in state["booked"] for one in chain):
            answers += [_one(state, one, now) for one in chain]
        else:
            answers += _chain(state, chain, now)
        start = end + 1
    return answers


def _chain(state: dict[str, Any], chain: list[Any], now: Any) -> list[str]:
    for place, one in enumerate(chain):
        if _by_itself(one) or one.id in state["booked"] or one.id in state["no"]:
            answer = _one(state, one, now)
            return [answer if at == place else "LINKED_FAILED" for at in range(len(chain))]
    trial = _copy(state)
    for place, one in enumerate(chain):
        answer = _one(trial, one, now)
        if answer != "OK":
            if one.id in trial["no"]:
                state["no"][one.id] = trial["no"][one.id]
            return [answer if at == place else "LINKED_FAILED" for at in range(len(chain))]
    state.update(trial)
    return ["OK"] * len(chain)


def _copy(state: dict[str, Any]) -> dict[str, Any]:
    parts = {name: part.copy() for name, part in state.items()}
    return {**parts, "accounts": {id_: one.copy() for id_, one in state["accounts"].items()}}


def _one(state: dict[str, Any], one: Any, now: Any) -> str:
    own = _by_itself(one)
    if own:
        return own
    said = one._replace(linked=False)
    if one.id in state["booked"]:
        return "EXISTS" if _matches(said, state["booked"][one.id]) else "DIFFERS"
    if one.id in state["no"]:
        answer, before = state["no"][one.id]
        return answer if before == said else "DIFFERS"
    answer = _resolve(state, one, now) if one.kind >= 2 else _move(state, one)
    if answer not in NEVER_STICKY:
        state["no"][one.id] = (answer, said)
    return answer


def _by_itself(one: Any) -> str:
    wrong = one.event_at.tzinfo is None or one.code < 0 or one.code > 32767
    if one.kind >= 2:
        wrong |= one.pending_id is None or one.expires_at is not None or one.reverses is not None
    else:
        wrong |= one.pending_id is not None or (one.expires_at is not None and one.kind != 1)
        wrong |= one.reverses is not None and one.kind != 0
        if one.reverses is None:
            wrong |= one.amount is None or one.debit == 0 or one.credit == 0
    if wrong:
        return "MALFORMED"
    if one.amount is not None and one.amount < 1:
        return "AMOUNT_NOT_POSITIVE"
    if one.amount is not None and one.amount > TOTAL_MAX:
        return "AMOUNT_TOO_LARGE"
    return "SAME_ACCOUNT" if one.debit == one.credit != 0 else ""


def _matches(said: Any, booked: dict[str, Any]) -> bool:
    """Fill what was left out as it was filled when booked, then compare whole."""
    filled = booked["filled"]
    same_blank = said._replace(
        debit=said.debit or filled.debit,
        credit=said.credit or filled.credit,
        amount=booked["whole"] if said.amount is None else said.amount,
    )
    return bool(same_blank == filled)


def _book(state: dict[str, Any], one: Any, debit: int, credit: int, moved: int, whole: int) -> str:
    amount = whole if one.kind == 3 else moved
    filled = one._replace(debit=debit, credit=credit, amount=amount, linked=False)
    state["booked"][one.id] = {"filled": filled, "whole": whole, "moved": moved}
    return "OK"


def _move(state: dict[str, Any], one: Any) -> str:
    debit, credit, amount = one.debit, one.credit, one.amount
    if one.reverses is not None:
        first = state["booked"].get(one.reverses)
        if first is None or first["filled"].kind not in (0, 2):
            return "REVERSED_NOT_FOUND"
        want = (first["filled"].credit, first["filled"].debit, first["moved"])
        given = (debit or want[0], credit or want[1], want[2] if amount is None else amount)
        if want != given:
            return "REVERSAL_DIFFERS"
        if one.reverses in state["back"]:
            return "ALREADY_REVERSED"
        debit, credit, amount = want
    answer = _allowed(state["accounts"].get(debit), state["accounts"].get(credit), amount)
    if answer:
        return answer
    if one.kind == 0:
        state["accounts"][debit]["dp"] += amount
        state["accounts"][credit]["cp"] += amount
        if one.reverses is not None:
            state["back"][one.reverses] = one.id
    else:
        state["accounts"][debit]["dh"] += amount
        state["accounts"][credit]["ch"] += amount
        state["holds"][one.id] = (debit, credit, amount, one.expires_at)
    return _book(state, one, debit, credit, amount, amount)


def _allowed(  # noqa: PLR0911 - one per code, in the order of the table
    from_: dict[str, Any] | None, to: dict[str, Any] | None, amount: int
) -> str:
    if from_ is None or to is None:
        return "ACCOUNT_NOT_FOUND"
    if from_["unit"] != to["unit"]:
        return "UNIT_MISMATCH"
    if from_["closed"] or to["closed"]:
        return "ACCOUNT_CLOSED"
    if max(from_["dp"] + from_["dh"], to["cp"] + to["ch"]) + amount > TOTAL_MAX:
        return "TOTAL_TOO_LARGE"
    if from_["limit"] == 1 and from_["cp"] - from_["dp"] - from_["dh"] - amount < from_["floor"]:
        return "DEBITS_EXCEED_CREDITS"
    if to["limit"] == 2 and to["dp"] - to["cp"] - to["ch"] - amount < to["floor"]:
        return "CREDITS_EXCEED_DEBITS"
    return ""


def _resolve(state: dict[str, Any], one: Any, now: Any) -> str:  # noqa: PLR0911 - see above
    if one.pending_id in state["done"]:
        return "HOLD_POSTED" if state["done"][one.pending_id] == 2 else "HOLD_VOIDED"
    if one.pending_id not in state["holds"]:
        return "HOLD_NOT_FOUND"
    debit, credit, held, expires = state["holds"][one.pending_id]
    if one.kind == 2 and expires is not None and now >= expires:
        return "HOLD_EXPIRED"
    if (one.debit or debit, one.credit or credit) != (debit, credit):
        return "HOLD_DIFFERS"
    amount = held if one.amount is None else one.amount
    if one.kind == 3 and amount != held:
        return "HOLD_DIFFERS"
    if amount > held:
        return "OVER_HOLD"
    moved = 0 if one.kind == 3 else amount
    del state["holds"][one.pending_id]
    state["done"][one.pending_id] = int(one.kind)
    state["accounts"][debit]["dh"] -= held
    state["accounts"][credit]["ch"] -= held
    state["accounts"][debit]["dp"] += moved
    state["accounts"][credit]["cp"] += moved
    return _book(state, one, debit, credit, moved, held)
