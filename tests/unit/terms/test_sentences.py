"""A condition reads as a sentence, in five languages, without SQL (research: 'render each ...')."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_pack import a_pack

from oferta.core.terms.conditions import parse_condition
from oferta.core.terms.loader import load_pack
from oferta.core.terms.scope import NamedList, Scope
from oferta.core.terms.sentences import condition_sentence
from oferta.core.terms.types import Condition, Pack
from oferta.kernel.i18n import LANGUAGES


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(a_pack(tmp_path_factory.mktemp("packs")))


def parsed(pack: Pack, source: str) -> Condition:
    edition = pack.editions[0]
    scope = Scope(
        facts={name: fact.type for name, fact in pack.facts.items()}
        | {name: one.type for name, one in edition.derived.items()},
        values={name: replace(value.const, name=name) for name, value in edition.values.items()},
        lists={
            "wallets": NamedList("wallets", pack.facts["method"].type, pack.lists["wallets"]),
            "telecom": NamedList("telecom", pack.facts["mcc"].type, pack.lists["telecom"]),
        },
    )
    return parse_condition(source, scope)


def told(pack: Pack, source: str) -> str:
    said = condition_sentence(pack, pack.editions[0], parsed(pack, source), "en")
    return said.replace(" (en)", "").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("method = 'qr'", "method is bank QR"),
        ("NOT method = 'qr'", "method is not bank QR"),
        ("method <> 'qr'", "method is not bank QR"),
        ("method IN ('qr', 'cash')", "method is bank QR or cash"),
        ("method NOT IN ('qr', 'cash')", "method is none of: bank QR, cash"),
        ("method NOT IN ('qr')", "method is not bank QR"),
        ("method IN (wallets)", "method is on the list “wallets” (bank QR, card)"),
        ("NOT method IN (wallets)", "method is not on the list “wallets” (bank QR, card)"),
        ("method IN (wallets, 'cash')", "method is “wallets” (bank QR, card) or cash"),
        ("money_paid >= '1000 KZT'", "money paid is at least 1,000 KZT"),
        ("NOT money_paid >= '1000 KZT'", "money paid is less than 1,000 KZT"),
        ("money_paid > '1 KZT'", "money paid is more than 1 KZT"),
        ("money_paid <= '1 KZT'", "money paid is at most 1 KZT"),
        ("own_rate = bank_rate", "own rate is 1% (bank rate)"),
        (
            "money_paid BETWEEN '1 KZT' AND '5 KZT'",
            "money paid is from 1 KZT to 5 KZT, both included",
        ),
        (
            "filed_on BETWEEN '2024-04-16' AND '2024-07-16'",
            "filed on is from 16 April 2024 through 16 July 2024",
        ),
        ("filed_on < '2024-04-16'", "filed on is before 16 April 2024"),
        ("filed_on >= '2024-04-16'", "filed on is no earlier than 16 April 2024"),
        ("paid_on > filed_on", "paid on is after filed on"),
        ("notice >= '3 days'", "notice is at least 3 days"),
        ("mcc IS NULL", "category is not known"),
        ("mcc IS NOT NULL", "category is known"),
        ("foreign_shop", "abroad: yes"),
        ("NOT foreign_shop", "abroad: no"),
        ("TRUE", "in every case"),
    ],
)
def test_an_atom_reads_as_people_say_it(pack: Pack, source: str, sentence: str) -> None:
    assert told(pack, source) == sentence


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "foreign_shop AND (method = 'qr' OR method = 'card')",
            "abroad: yes, and (method is bank QR, or method is card)",
        ),
        (
            "NOT (foreign_shop OR method = 'qr')",
            "none of these holds: abroad: yes; method is bank QR",
        ),
        (
            "method = 'card' AND NOT (foreign_shop AND method = 'qr')",
            "method is card, and (not all of these hold: abroad: yes; method is bank QR)",
        ),
    ],
)
def test_nesting_stays_readable(pack: Pack, source: str, sentence: str) -> None:
    assert told(pack, source) == sentence


def test_a_guard_against_null_is_left_out_where_the_rest_says_it(pack: Pack) -> None:
    assert told(pack, "mcc IS NOT NULL AND mcc = 4812") == "category is 4812"
    assert (
        told(pack, "mcc IS NULL OR mcc <> 4812") == "category is not known, or category is not 4812"
    )
    assert told(pack, "mcc IS NOT NULL AND mcc <> 4812") == (
        "category is known, and category is not 4812"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_shows_sql_or_a_code_name(pack: Pack, language: str) -> None:
    for edition in pack.editions:
        for clause in edition.clauses.values():
            said = condition_sentence(pack, edition, clause.when, language)  # type: ignore[arg-type]
            for sign in ("_", "{", "}", " IN ", "NULL", " AND ", "<", ">", "="):
                assert sign not in said


def test_a_long_list_is_counted_not_recited(tmp_path: Path) -> None:
    values = ", ".join(str(code) for code in range(4800, 4820))
    folder = a_pack(tmp_path, "terms.yaml", "values: [4812, 4814]", f"values: [{values}]")
    said = told(load_pack(folder), "mcc IS NOT NULL AND mcc IN (telecom)")
    assert said.endswith("4806, 4807 and 12 more)")
