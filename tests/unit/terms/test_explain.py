"""Explanations are true, cited and complete (BC-04, BC-77, BC-85, BC-86)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from small_pack import FIRST, a_pack

from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import Conflict, Gap, Stopped, UnknownEdition
from oferta.core.terms.explain import explain, explain_stopped
from oferta.core.terms.explanation import Explanation, Role
from oferta.core.terms.loader import load_pack
from oferta.core.terms.traces import trace, traces
from oferta.kernel.i18n import LANGUAGES

if TYPE_CHECKING:
    from oferta.core.terms.types import Decided, Pack
    from oferta.kernel.i18n import Language

FACTS = {
    "paid_at": "2020-05-16T12:00:00+05:00",
    "method": "qr",
    "money_paid": "10050 KZT",
    "mcc": "4812",
    "merchant": "Own shop",
    "own_rate": "2%",
    "foreign_shop": "false",
    "customer": "c1",
    "funding": None,
    "monthly_cap_used": "4900 KZT",
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(a_pack(tmp_path_factory.mktemp("packs")))


def decide(pack: Pack, **changed: object) -> Decided:
    return Terms([pack]).decide(pack.name, "bonus", FACTS | changed)


def told(pack: Pack, language: Language = "en", **changed: object) -> Explanation:
    return explain(pack, decide(pack, **changed), language)


def roles(explanation: Explanation) -> dict[str, Role]:
    return {clause.id: clause.role for clause in explanation.clauses}


def test_an_exception_to_an_exception_is_told_with_what_it_lifts(pack: Pack) -> None:
    explanation = told(pack)
    assert explanation.decided_by == ("wallet-rate",)
    assert roles(explanation) == {
        "wallet-rate": Role.DECIDED,
        "phone-shops": Role.DEFEATED,
        "own-shop": Role.LIFTED,
    }
    by_id = {clause.id: clause for clause in explanation.clauses}
    assert by_id["phone-shops"].by == ("own-shop",)
    assert by_id["own-shop"].set_aside == ("phone-shops",)
    assert by_id["own-shop"].said.startswith("Sets aside “About phone-shops”")
    assert by_id["wallet-rate"].cites == ("BC-21", "BC-22")
    assert [(note.requirement, note.note) for note in by_id["wallet-rate"].notes] == [
        ("BC-24", "Wallets only. (en)")
    ]
    assert by_id["wallet-rate"].words == "Words."


def test_the_arithmetic_is_shown_with_the_actual_figures(pack: Pack) -> None:
    rate, amount = told(pack).work
    assert rate.formula == "the greatest of bank rate (en) (1%) and own rate (en)"
    assert rate.steps == ("the greatest of 1% and 2% = 2%",)
    assert amount.formula == "money paid (en) × rate (en), rounded down to 1\u00a0KZT"
    assert [step.replace("\u00a0", " ") for step in amount.steps] == [
        "10,050 KZT × 2% = 201 KZT",
        "rounded down to 1 KZT: 201 KZT",
    ]


def test_a_limit_tells_what_it_allows_what_was_used_and_what_it_cut(pack: Pack) -> None:
    explanation = told(pack)
    (limit,) = explanation.limits
    assert limit.said.replace("\u00a0", " ") == (
        "At most 5,000 KZT per month; used before: 4,900 KZT; left: 100 KZT. "
        "Counted for each: customer (en). 201 KZT became 100 KZT."
    )
    assert limit.cites == ("BC-83",)
    assert {field.name: field.value for field in explanation.outcome} == {
        "rate": "2%",
        "amount": "100.00 KZT",
    }


def test_a_clause_that_failed_says_on_what_and_what_was_given(pack: Pack) -> None:
    explanation = told(pack, merchant="Kiosk")
    assert roles(explanation)["own-shop"] is Role.FAILED
    (failing,) = next(one for one in explanation.clauses if one.id == "own-shop").failing
    assert failing.needed == "merchant (en) is “Own shop”"
    assert [(fact.name, fact.shown) for fact in failing.given] == [("merchant", "“Kiosk”")]


def test_a_clause_out_of_force_that_would_have_applied_tells_its_window(pack: Pack) -> None:
    explanation = told(pack, paid_at="2017-05-16T12:00:00+05:00")
    own_shop = next(one for one in explanation.clauses if one.id == "own-shop")
    assert own_shop.role is Role.OUT_OF_FORCE
    assert own_shop.said.replace("\u00a0", " ") == (
        "Would have applied, but was not in force on 16 May 2017: in force from 1 January 2018 on."
    )


def test_full_tells_of_every_clause_of_the_question(pack: Pack) -> None:
    explanation = explain(pack, decide(pack), "en", full=True)
    assert {clause.id for clause in explanation.clauses} == {
        "wallet-rate",
        "rest",
        "phone-shops",
        "own-shop",
    }
    assert explanation.rest == ()
    assert told(pack).rest == ("1 other clause did not apply.",)


def test_the_edition_is_told_with_its_days_and_which_text_prevails(pack: Pack) -> None:
    edition = told(pack).edition
    assert (edition.id, edition.start, edition.through) == (
        "2017-01-01",
        "2017-01-01",
        "2024-04-15",
    )
    assert "the Kazakh text prevails" in edition.said
    assert edition.digest == pack.editions[0].digest
    assert "prevails" not in told(pack, "kk").edition.said


def test_facts_behind_a_derived_fact_are_shown_too(pack: Pack) -> None:
    facts = {
        "filed_on": "2024-05-06",
        "paid_at": "2024-05-03T12:00:00+05:00",
        "money_paid": "100 KZT",
        "notice": "2 days",
        "customer": "c1",
    }
    decided = Terms([pack]).decide(pack.name, "refund", facts)
    shown = {fact.name for fact in explain(pack, decided, "en").facts}
    assert {"notice", "days_left", "filed_on", "paid_at"} <= shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_json_keeps_its_keys_and_is_plain(pack: Pack, language: Language) -> None:
    data = told(pack, language).as_json()
    assert json.loads(json.dumps(data, ensure_ascii=False))["language"] == language
    assert list(data) == [
        "language", "pack", "publisher", "terms", "question", "label", "day", "answer", "outcome",
        "decided_by", "clauses", "work", "limits", "facts", "edition", "changes", "rest", "stop",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_has_no_placeholder_and_no_long_line(pack: Pack, language: Language) -> None:
    text = told(pack, language).as_text()
    assert "{" not in text
    assert "None" not in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_gap_tells_which_clauses_came_nearest(tmp_path: Path) -> None:
    folder = a_pack(
        tmp_path, FIRST, "when: method NOT IN (wallets) OR foreign_shop", "when: foreign_shop"
    )
    explanation, stopped = stopped_by(folder, {"method": "cash", "mcc": None, "merchant": "Kiosk"})
    assert isinstance(stopped, Gap)
    assert explanation.answer == (
        "Bonus (en). No clause decides this case. It goes to a person, and no money moves."
    )
    assert explanation.stop is not None
    assert explanation.stop.code == "terms.gap"
    near = [clause.id for clause in explanation.clauses]
    assert near[:2] == ["wallet-rate", "rest"]
    assert all(clause.failing for clause in explanation.clauses[:2])


def test_a_conflict_tells_which_clauses_clash(tmp_path: Path) -> None:
    folder = a_pack(
        tmp_path, FIRST, "when: method NOT IN (wallets) OR foreign_shop", "when: method = 'qr'"
    )
    explanation, stopped = stopped_by(folder, {"mcc": None})
    assert isinstance(stopped, Conflict)
    assert explanation.stop is not None
    assert explanation.stop.clauses == ("wallet-rate", "rest")
    assert {clause.id for clause in explanation.clauses if clause.role is Role.CLASHED} == {
        "wallet-rate",
        "rest",
    }
    assert "“About wallet-rate” and “About rest” decide differently" in explanation.answer


def stopped_by(folder: Path, changed: dict[str, object]) -> tuple[Explanation, Stopped]:
    pack = load_pack(folder)
    asked = Terms([pack]).read(pack.name, "bonus", FACTS | changed)
    with pytest.raises(Stopped) as caught:
        asked.decide()
    return explain_stopped(pack, caught.value, asked.facts, asked.day, "en"), caught.value


def test_an_edition_that_the_pack_does_not_have_is_refused(pack: Pack) -> None:
    from dataclasses import replace

    with pytest.raises(UnknownEdition):
        explain(pack, replace(decide(pack), edition="1999-01-01"), "en")


def test_a_trace_is_rendered_once_per_mask_and_cites_every_clause_that_applied(pack: Pack) -> None:
    program = Terms([pack]).program(pack.name, "bonus", pack.editions[0])
    decided = program.decide(decide(pack).facts)
    found = trace(program, decided.mask, "en")
    assert found is traces(program, "en")[decided.mask]
    assert found is not traces(program, "kk")[decided.mask]
    assert [(cited.card.id, cited.role) for cited in found.cited] == [
        ("wallet-rate", Role.DECIDED),
        ("phone-shops", Role.DEFEATED),
        ("own-shop", Role.LIFTED),
    ]
    assert found.cited[0].card.cites == ("BC-21", "BC-22")
    assert found.digest == pack.editions[0].digest
