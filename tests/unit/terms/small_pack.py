"""A small whole pack in five languages, for tests to break in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oferta.core.terms.errors import PackInvalid, Problem
from oferta.core.terms.loader import load_pack
from oferta.kernel.i18n import LANGUAGES

NAME = "small-club"
FIRST = "editions/2017-01-01.yaml"
SECOND = "editions/2024-04-16.yaml"

#: `W(some words)` stands for those words in the five languages, on one line.
TERMS = """\
pack: small-club
publisher: Example Bank
authoritative: kk
title: W(Small club)
facts:
  paid_at: {type: moment, label: W(paid at)}
  method:
    type: enum
    changeable: true
    label: W(method)
    values:
      qr: W(bank QR)
      card: W(card)
      cash: W(cash)
  money_paid: {type: money, unit: KZT, min: 0 KZT, label: W(money paid)}
  mcc: {type: integer, nullable: true, min: 0, max: 9999, label: W(category)}
  merchant: {type: text, label: W(merchant)}
  own_rate: {type: percent, min: 0%, max: 10%, label: W(own rate)}
  foreign_shop: {type: boolean, label: W(abroad)}
  notice: {type: duration, label: W(notice)}
  filed_on: {type: date, label: W(filed on)}
  customer: {type: text, label: W(customer)}
  funding: {type: text, nullable: true, label: W(funding)}
lists:
  wallets: {of: method, label: W(wallets), values: [qr, card]}
  telecom: {of: mcc, label: W(telecom), values: [4812, 4814]}
calendars:
  working:
    weekend: [sat, sun]
    holidays: [2024-05-01]
    workdays: [2024-05-04]
    covers: {from: 2017-01-01, through: 2026-12-31}
required_values: [bank_rate]
questions:
  bonus:
    about: payment
    label: W(bonus)
    day: paid_on
    facts: [paid_at, method, money_paid, mcc, merchant, own_rate, foreign_shop, customer, funding]
    answer:
      rate: {type: percent, label: W(rate), min: 0%, max: 100%}
      amount: {type: money, unit: KZT, label: W(amount), min: 0 KZT}
    combine: one
    better: amount
  refund:
    about: ticket
    label: W(refund)
    day: filed_on
    facts: [filed_on, paid_at, money_paid, notice, customer]
    answer:
      share: {type: percent, label: W(share)}
      money: {type: money, unit: KZT, label: W(money), default: "round_down(money_paid * share, 0.01 KZT)"}
      why:
        type: enum
        label: W(why)
        values: {early: W(early), late: W(late)}
    combine: max
    by: money
    better: money
"""  # noqa: E501 - one line of YAML a thing

EDITION = """\
edition: 2017-01-01
note: W(General rules)
settles:
  - {requirement: BC-40, note: W(Both ends are included.)}
open_points: []
values:
  bank_rate: {is: 1%, label: W(bank rate), cites: [BC-19]}
  step: {is: 1 KZT, label: W(step)}
  enough: {is: 3 days, label: W(enough)}
countings:
  club-days: {calendar: none, first_day: true, last_day: true, time_zone: Asia/Almaty}
  work-days: {calendar: working, first_day: false, last_day: true, time_zone: Asia/Almaty}
derived:
  paid_on: {is: "date_of(paid_at, club-days)", label: W(paid on)}
  days_left: {is: "days(paid_on, filed_on, work-days)", label: W(days left)}
groups:
  granting: [wallet-rate]
clauses:
  - id: wallet-rate
    question: bonus
    when: method IN (wallets) AND NOT foreign_shop
    then: {rate: "greatest(bank_rate, own_rate)", amount: "round_down(money_paid * rate, step)"}
    cites: [BC-21, BC-22]
    settles: [{requirement: BC-24, note: W(Wallets only.)}]
  - id: rest
    question: bonus
    when: method NOT IN (wallets) OR foreign_shop
    then: {rate: 0%, amount: 0 KZT}
  - id: phone-shops
    question: bonus
    defeats: [granting]
    when: >-
      mcc IS NOT NULL
      AND mcc IN (telecom)
    then: {rate: 0%, amount: 0 KZT}
  - id: own-shop
    question: bonus
    defeats: [phone-shops]
    in_force: {from: 2018-01-01}
    when: merchant = 'Own shop'
  - id: early
    question: refund
    when: notice >= enough AND days_left > 0
    then: {share: 100%, why: early}
  - id: late
    question: refund
    when: notice < '3 days' OR days_left <= 0
    then: {share: 0%, why: late}
limits:
  - id: monthly-cap
    question: bonus
    field: amount
    at_most: 5000 KZT
    clauses: [wallet-rate]
    per: [customer]
    period: month
    label: W(monthly cap)
    cites: [BC-83]
"""

AMENDMENT = """\
edition: 2024-04-16
amends: 2017-01-01
note: W(The rate doubles)
values:
  bank_rate: {is: 2%, label: W(bank rate)}
clauses:
  - id: campaign
    question: bonus
    defeats: [rest]
    in_force: {from: 2024-04-16, through: 2024-07-16}
    when: method = 'cash' AND money_paid >= '1000 KZT' AND mcc IS NULL
    then: {rate: 1%, amount: "round_half_up(money_paid / 100, 1 KZT)"}
withdrawn: [own-shop]
"""

EXAMPLES = """\
given: {mcc: null, merchant: Kiosk, own_rate: 0%, foreign_shop: false, customer: c1, monthly_cap_used: 0 KZT}
examples:
  - id: wallet-earns
    question: bonus
    cites: [BC-22]
    facts: {money_paid: 10000 KZT, paid_at: 2020-05-16T12:00:00+05:00, method: qr}
    outcome: {rate: 1%, amount: 100 KZT}
    decided_by: [wallet-rate]
  - id: before-the-first
    question: bonus
    on: 2016-01-01
    facts: {money_paid: 10000 KZT, paid_at: 2016-01-01T12:00:00+05:00, method: qr}
    error: terms.not_in_force
"""  # noqa: E501 - one line of YAML a thing

_IDS = (
    "wallet-rate",
    "rest",
    "phone-shops",
    "own-shop",
    "early",
    "late",
    "monthly-cap",
    "campaign",
)
TEXT = "# Published words\n\n" + "".join(f"## {id_}: About {id_}\n\nWords.\n\n" for id_ in _IDS)


def in_five_languages(source: str) -> str:
    """Write out every `W(…)`."""

    def written(match: re.Match[str]) -> str:
        return "{" + ", ".join(f"{tag}: {match[1]} ({tag})" for tag in LANGUAGES) + "}"

    return re.sub(r"W\(([^)]*)\)", written, source)


def small_files() -> dict[str, str]:
    """Return every file of the whole pack, by its path."""
    files = {
        "terms.yaml": TERMS,
        FIRST: EDITION,
        SECOND: AMENDMENT,
        "examples.yaml": EXAMPLES,
    }
    texts = {f"text/{language}.md": TEXT for language in LANGUAGES}
    return {file: in_five_languages(source) for file, source in files.items()} | texts


def write_pack(parent: Path, files: dict[str, str | bytes], name: str = NAME) -> Path:
    """Write a pack's files into a new folder and return it."""
    folder = parent / name
    for file, content in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def a_pack(
    parent: Path,
    file: str = "",
    old: str = "",
    new: str = "",
    **others: str | bytes | None,
) -> Path:
    """Write the small pack with `old` in `file` changed to `new`.

    `others` replaces whole files (dots and slashes of their paths as `__`), None leaves one out.
    """
    files: dict[str, str | bytes] = dict(small_files())
    if file:
        source = small_files()[file]
        old, new = in_five_languages(old), in_five_languages(new)
        assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {file}"
        files[file] = source.replace(old, new)
    for path, content in others.items():
        key = next((name for name in files if re.sub(r"[/.-]", "__", name) == path), path)
        if content is None:
            del files[key]
        else:
            files[key] = in_five_languages(content) if isinstance(content, str) else content
    return write_pack(parent, files)


def problems_of(folder: Path) -> list[Problem]:
    """Load a pack that must be refused and return its problems."""
    with pytest.raises(PackInvalid) as caught:
        load_pack(folder)
    assert caught.value.problems
    return caught.value.problems


def line_of(folder: Path, file: str, marker: str) -> int:
    """Return the line on which `marker` first stands."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if marker in line)
