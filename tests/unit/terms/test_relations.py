"""What a pack assumes of facts is checked and relied on; what it promises is proved or refuted."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from small_pack import FIRST, a_pack, in_five_languages, line_of, problems_of

from oferta.core.terms.check import check
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import FactsDisagree
from oferta.core.terms.loader import load_pack
from oferta.core.terms.problems import Code
from oferta.core.terms.relations import breaks
from oferta.core.terms.types import Held

PACKS = Path(__file__).parents[3] / "terms"
T = "terms.yaml"
QUESTIONS = "questions:\n  bonus:"
BETTER = "    better: amount\n"
CAP = "{id: cap, that: RELATION, label: W(Within the cap.), cites: [BC-83]}"
BONUS: dict[str, Any] = {
    "money_paid": "10000 KZT", "paid_at": "2020-05-16T12:00:00+05:00", "method": "qr", "mcc": 5,
    "merchant": "Kiosk", "own_rate": "0%", "foreign_shop": False, "customer": "c1",
    "funding": None, "monthly_cap_used": "0 KZT",
}  # fmt: skip


def assuming(tmp_path: Path, relation: str, **more: str) -> Path:
    item = CAP.replace("RELATION", relation)
    files = {key: in_five_languages(value) for key, value in more.items()}
    return a_pack(tmp_path, T, QUESTIONS, f"assume: [{item}]\n{QUESTIONS}", **files)


def promising(tmp_path: Path, relation: str) -> Path:
    item = CAP.replace("RELATION", relation)
    return a_pack(tmp_path, T, "    by: money\n    better: money\n",
                  f"    by: money\n    better: money\n    promise: [{item}]\n")  # fmt: skip


@pytest.mark.parametrize(
    ("relation", "is_broken"),
    [
        ("money_paid * own_rate <= 100 KZT", False),
        ("money_paid * own_rate < 0 KZT", True),
        ("money_paid - 1 KZT <= 9998.99 KZT", True),
        ("3 * money_paid = 30000 KZT", False),
        ("3 * money_paid <> 30000 KZT", True),
        ("mcc * 2 > 10", True),
        ("mcc * 2 >= 10", False),
        ("\"method = 'qr' OR foreign_shop\"", False),
        ("\"method <> 'qr' AND foreign_shop\"", True),
        ("\"funding = 'salary'\"", False),  # unknown passes
        ('"least(mcc, 4) = 5"', True),
    ],
)
def test_facts_that_contradict_each_other_are_refused_when_they_are_read(
    relation: str, is_broken: bool, tmp_path: Path
) -> None:
    terms = Terms([load_pack(assuming(tmp_path, relation))])
    if not is_broken:
        assert terms.decide("small-club", "bonus", BONUS).outcome
        return
    with pytest.raises(FactsDisagree) as caught:
        terms.decide("small-club", "bonus", BONUS)
    assert caught.value.assumption == "cap"
    assert caught.value.code == "terms.facts_disagree"


def test_what_is_given_is_told_with_the_refusal_and_null_passes(tmp_path: Path) -> None:
    terms = Terms([load_pack(assuming(tmp_path, "mcc * 100 KZT <= money_paid"))])
    with pytest.raises(FactsDisagree) as caught:
        terms.decide("small-club", "bonus", {**BONUS, "money_paid": "1 KZT"})
    assert caught.value.given == ["mcc 5", "money_paid 1.00 KZT"]
    assert caught.value.relation == "mcc * 100 KZT <= money_paid"
    assert terms.decide("small-club", "bonus", {**BONUS, "money_paid": "1 KZT", "mcc": None})


def test_an_assumption_holds_only_for_questions_that_ask_for_all_its_facts(tmp_path: Path) -> None:
    pack = load_pack(assuming(tmp_path, "money_paid > 10000 KZT"))
    assert [len(pack.assumed(one)) for one in pack.questions.values()] == [1, 1]
    pack = load_pack(assuming(tmp_path / "b", "mcc * 1 KZT < money_paid"))
    assert [len(pack.assumed(one)) for one in pack.questions.values()] == [1, 0]


def test_a_guard_says_where_a_relation_holds(tmp_path: Path) -> None:
    guarded = "money_paid < 1 KZT, when: foreign_shop"
    pack = load_pack(assuming(tmp_path, guarded))
    (one,) = pack.assumptions
    facts = {"money_paid": 500, "foreign_shop": False}
    assert not breaks(one, facts)
    assert breaks(one, {**facts, "foreign_shop": True})
    assert one.reads == ("money_paid", "foreign_shop")


@pytest.mark.parametrize(
    ("relation", "code", "what"),
    [
        ("money_paid <= 5", Code.TYPE_MISMATCH, "money in KZT is held against an integer"),
        ("money_payd <= 5 KZT", Code.UNKNOWN_NAME, "'money_payd'"),
        ("money_paid <= 5 KZT * mony", Code.UNKNOWN_NAME, "'mony'"),
        ("5 KZT <= 6 KZT", Code.TWO_LITERALS, "no fact"),
        ("merchant = customer", Code.NO_ORDER, "text has no order"),
        ("money_paid +", Code.NOT_ALLOWED, ""),
        ('""', Code.EMPTY, "no relation"),
        ("days_left >= 0", Code.UNKNOWN_NAME, "'days_left'"),
    ],
)
def test_a_relation_that_cannot_be_read_is_told_with_its_line(
    relation: str, code: Code, what: str, tmp_path: Path
) -> None:
    folder = assuming(tmp_path, relation)
    (problem,) = problems_of(folder)
    assert problem.code == code.value
    assert what in problem.what
    assert problem.line == line_of(folder, T, "id: cap")
    assert problem.where == "cap"


def test_an_id_stands_once_among_all_relations(tmp_path: Path) -> None:
    item = CAP.replace("RELATION", "money_paid >= 0 KZT")
    folder = a_pack(tmp_path, T, QUESTIONS, f"assume: [{item}, {item}]\n{QUESTIONS}")
    assert {one.code for one in problems_of(folder)} == {"terms.duplicate_id"}


def test_a_proof_rests_on_what_is_assumed(tmp_path: Path) -> None:
    rest = "when: method NOT IN (wallets) OR foreign_shop"
    gap = {"editions__2017__01__01__yaml": ""}
    source = (a_pack(tmp_path / "a") / FIRST).read_text(encoding="utf-8")
    gap["editions__2017__01__01__yaml"] = source.replace(rest, "when: foreign_shop")
    bare = check(a_pack(tmp_path / "b", **gap))
    assert "terms.has_gap" in {one.code for one in bare.problems}
    folder = assuming(tmp_path / "c", '"method IN (wallets) OR foreign_shop"', **gap)
    assert "terms.has_gap" not in {one.code for one in check(folder).problems}


def test_a_promise_that_is_kept_is_proved_and_one_that_is_not_is_told_with_a_case(
    tmp_path: Path,
) -> None:
    kept = check(promising(tmp_path / "a", "money <= money_paid"))
    assert kept.sound, "\n".join(map(str, kept.problems))
    folder = promising(tmp_path / "b", "money <= money_paid * 50%")
    (finding,) = check(folder).findings
    assert finding.problem.code == "terms.breaks_promise"
    assert finding.problem.where == "early"
    assert "money <= money_paid * 50%" in finding.problem.what
    assert finding.problem.expected == "Within the cap. (en)"
    with (folder / "examples.yaml").open("a", encoding="utf-8") as file:
        file.write("".join(f"  {line}\n" for line in finding.example.splitlines()))
    assert check(folder, proofs=False).sound


def test_a_promise_may_look_at_every_field_and_at_conditions(tmp_path: Path) -> None:
    said = "\"why = 'late'\", when: \"money = '0 KZT' AND money_paid > '1 KZT'\""
    assert check(promising(tmp_path / "a", said)).sound
    said = "\"why = 'early'\", when: share = '0%'"
    (finding,) = check(promising(tmp_path / "b", said)).findings
    assert finding.problem.where == "late"


def test_a_refund_above_what_was_paid_is_found_in_the_sample_pack(tmp_path: Path) -> None:
    folder = tmp_path / "ticket-refunds"
    shutil.copytree(PACKS / "ticket-refunds", folder)
    edition = folder / "editions" / "2021-09-01.yaml"
    source = edition.read_text(encoding="utf-8")
    capped = "least(round_half_up(ticket_nominal * percent, kopeck), ticket_paid)"
    assert capped in source
    uncapped = source.replace(capped, "round_half_up(ticket_nominal * percent, kopeck)")
    edition.write_text(uncapped, encoding="utf-8")
    found = [one for one in check(folder).findings if one.problem.code == "terms.breaks_promise"]
    assert found
    assert "ticket_money <= ticket_paid" in found[0].problem.what
    paid, nominal = (found[0].facts[name].split()[0] for name in ("ticket_paid", "ticket_nominal"))
    assert Fraction(nominal) > Fraction(paid)


def test_every_promise_of_the_sample_packs_cites_its_source() -> None:
    for name in ("bonus-club", "ticket-refunds"):
        pack = load_pack(PACKS / name)
        promises = [one for question in pack.questions.values() for one in question.promises]
        assert len(promises) >= 4
        assert all(one.cites for one in (*promises, *pack.assumptions))
        assert all(isinstance(one.that, Held) for one in promises)
