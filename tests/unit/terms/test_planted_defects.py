"""`oferta terms check` finds every planted defect, and nothing in packs that are sound."""

from __future__ import annotations

from pathlib import Path

import pytest
from planted_defects import PLANTED, Planted
from small_pack import a_pack

from oferta.core.terms.check import check
from oferta.core.terms.problems import Code

TODAY = 20_500  # 2026-02-16
PACKS = Path(__file__).parents[3] / "terms"


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.kind)
def test_a_planted_defect_is_found(planted: Planted, tmp_path: Path) -> None:
    folder = a_pack(tmp_path, planted.file, planted.old, planted.new, **planted.files())
    report = check(folder, today=TODAY)
    found = {(one.code, one.where) for one in report.problems}
    said = "\n".join(map(str, report.problems))
    assert (planted.code.value, planted.where) in found, said


@pytest.mark.parametrize(
    "planted",
    [one for one in PLANTED if one.code in (Code.HAS_GAP, Code.HAS_CONFLICT, Code.BREAKS_BOUNDS)],
    ids=lambda planted: planted.kind,
)
def test_the_example_of_a_finding_can_be_pasted_and_comes_out(
    planted: Planted, tmp_path: Path
) -> None:
    folder = a_pack(tmp_path, planted.file, planted.old, planted.new, **planted.files())
    examples = folder / "examples.yaml"
    findings = [one for one in check(folder).findings if one.problem.code == planted.code.value]
    with examples.open("a", encoding="utf-8") as file:
        for one in findings:
            file.write("".join(f"  {line}\n" for line in one.example.splitlines()))
    again = check(folder, proofs=False)
    pasted = {one.example.splitlines()[0].removeprefix("- id: ") for one in findings}
    assert pasted.isdisjoint(one.where for one in again.problems)
    assert again.loaded is not None
    assert len(again.loaded.examples) == 2 + len(findings) > 2


def test_nothing_is_found_in_the_small_pack_without_them(tmp_path: Path) -> None:
    report = check(a_pack(tmp_path), today=TODAY)
    assert report.sound, "\n".join(map(str, report.problems))
    assert not report.findings


@pytest.mark.parametrize("name", ["bonus-club", "ticket-refunds"])
def test_a_sample_pack_is_sound_and_proved_whole(name: str) -> None:
    report = check(PACKS / name, today=TODAY)
    assert report.sound, "\n".join(map(str, report.problems))
    assert "terms.not_proved" not in {one.problem.code for one in report.findings}


def test_payments_in_the_app_are_suspended_not_dead() -> None:
    report = check(PACKS / "bonus-club", today=TODAY)
    notes = {(one.problem.code, one.problem.where) for one in report.findings if one.note}
    assert notes == {("terms.suspended", "app-rate"), ("terms.suspended", "app-repeat-held")}
