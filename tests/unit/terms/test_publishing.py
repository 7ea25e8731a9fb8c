"""A published edition stays what it was; whoever changes it is told what they changed (BC-89)."""

from __future__ import annotations

import json
from datetime import date
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from small_pack import FIRST, SECOND, a_pack, problems_of

from oferta.core.terms import publishing
from oferta.core.terms.errors import PackInvalid, UnknownEdition
from oferta.core.terms.loader import load_pack
from oferta.core.terms.publication import published
from oferta.core.terms.publishing import (
    NotApproved,
    PointsOpen,
    PublishedDiffers,
    PublishedOutOfOrder,
)
from oferta.core.terms.simulating.errors import EventValueWrong
from oferta.project.cli import main

DAY = date(2026, 3, 1)
OLD, NEW = "2017-01-01", "2024-04-16"


@pytest.fixture(autouse=True)
def check_without_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs have their own tests and take their time; the small pack has gaps on purpose."""
    whole = publishing.check
    options = {"proofs": False} if "proofs" in signature(whole).parameters else {}
    monkeypatch.setattr(publishing, "check", lambda folder: whole(folder, **options))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return a_pack(tmp_path)


def publish(pack: Path, edition: str = OLD, by: str = "Ayan", approver: str = "Mei") -> bool:
    _, new = publishing.publish(pack, edition, published_by=by, approved_by=approver, on=DAY)
    return new


def change(pack: Path, file: str, old: str, new: str) -> None:
    path = pack / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def files_of(pack: Path) -> list[str]:
    return sorted(str(path.relative_to(pack)) for path in pack.rglob("*") if path.is_file())


def test_the_record_says_what_when_and_by_whom(pack: Path) -> None:
    assert publish(pack) is True
    record = published(load_pack(pack).folder, OLD)
    assert record is not None
    assert record.digest == load_pack(pack).editions[0].digest
    assert (record.published_on, record.published_by) == ("2026-03-01", "Ayan")
    assert (record.approved_by, record.before, record.changes) == ("Mei", "", None)


def test_the_record_of_a_later_edition_holds_what_it_changed(pack: Path) -> None:
    publish(pack)
    publish(pack, NEW)
    record = json.loads((pack / "published" / f"{NEW}.json").read_text(encoding="utf-8"))
    assert record["before"] == OLD
    assert {item["id"] for item in record["changes"]["items"]} >= {"campaign", "own-shop"}
    assert record["changes"]["language"] == "kk"


def test_publishing_the_same_again_answers_the_same_and_writes_nothing(pack: Path) -> None:
    publish(pack)
    before = (pack / "published" / f"{OLD}.json").read_bytes()
    assert publish(pack, OLD, "Somebody", "Else") is False
    assert (pack / "published" / f"{OLD}.json").read_bytes() == before


@pytest.mark.parametrize(
    ("by", "approver"),
    [
        ("Ayan", "Ayan"),
        ("Ayan ", "ayan"),
        ("", "Mei"),
        ("Ayan", "  "),
        ("A. Serik", "A.Serik"),
        ("Ayan", "Аyаn"),  # the second in Cyrillic letters that look alike
    ],
)
def test_one_person_alone_publishes_nothing(pack: Path, by: str, approver: str) -> None:
    before = files_of(pack)
    with pytest.raises(NotApproved):
        publish(pack, OLD, by, approver)
    assert files_of(pack) == before


def test_a_pack_that_does_not_pass_the_check_is_not_published(tmp_path: Path) -> None:
    pack = a_pack(tmp_path, "examples.yaml", "amount: 100 KZT", "amount: 101 KZT")
    before = files_of(pack)
    with pytest.raises(PackInvalid) as refusal:
        publish(pack)
    assert refusal.value.problems[0].code == "terms.example_failed"
    assert files_of(pack) == before


def test_an_edition_with_open_points_is_not_published(tmp_path: Path) -> None:
    pack = a_pack(tmp_path, FIRST, "open_points: []", "open_points: [BC-77]")
    with pytest.raises(PointsOpen) as refusal:
        publish(pack)
    assert refusal.value.points == ["BC-77"]
    assert not (pack / "published").exists()


def test_an_open_point_of_a_draft_does_not_keep_back_the_edition_before(tmp_path: Path) -> None:
    pack = a_pack(
        tmp_path, SECOND, "amends: 2017-01-01", "amends: 2017-01-01\nopen_points: [BC-77]"
    )
    assert publish(pack) is True


def test_an_edition_that_is_not_there_is_not_published(pack: Path) -> None:
    with pytest.raises(UnknownEdition):
        publish(pack, "2020-01-01")


def test_no_edition_is_published_before_one_that_is_published(pack: Path) -> None:
    publish(pack, NEW)
    with pytest.raises(PublishedOutOfOrder) as refusal:
        publish(pack)
    assert refusal.value.later == NEW


@pytest.mark.parametrize(
    ("file", "old", "new", "part"),
    [
        (FIRST, "is: 1%", "is: 3%", "values/bank_rate"),
        (FIRST, "merchant = 'Own shop'", "merchant = 'Any shop'", "clauses/own-shop"),
        (FIRST, "at_most: 5000 KZT", "at_most: 6000 KZT", "limits/monthly-cap"),
        (FIRST, "first_day: true", "first_day: false", "countings/club-days"),
        ("text/ru.md", "## rest: About rest\n\nWords.", "## rest: About\n\nWords.", "text/ru/rest"),
        ("terms.yaml", "combine: one", "combine: sum", "questions/bonus"),
        ("terms.yaml", "max: 9999", "max: 99999", "facts/mcc"),
    ],
)
def test_a_published_edition_that_changes_is_refused_and_the_change_named(
    pack: Path, file: str, old: str, new: str, part: str
) -> None:
    publish(pack)
    change(pack, file, old, new)
    (problem,) = problems_of(pack)
    assert (problem.code, problem.where) == ("terms.edition_changed", OLD)
    assert part in problem.what
    with pytest.raises(PublishedDiffers) as refusal:
        publish(pack)
    assert part in refusal.value.changed


def test_a_later_edition_and_other_labels_leave_a_published_one_alone(pack: Path) -> None:
    publish(pack)
    change(pack, SECOND, "is: 2%", "is: 5%")
    change(pack, "terms.yaml", "merchant (en)", "shop (en)")
    assert load_pack(pack).editions[0].id == OLD
    assert publish(pack) is False


def test_a_published_edition_cannot_be_removed(pack: Path) -> None:
    publish(pack)
    publish(pack, NEW)
    (pack / SECOND).unlink()
    assert ("terms.edition_changed", NEW) in [(one.code, one.where) for one in problems_of(pack)]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"digest": 1}', "\udcff"])
def test_a_broken_record_is_named(pack: Path, content: str) -> None:
    publish(pack)
    file = pack / "published" / f"{OLD}.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    (problem,) = problems_of(pack)
    assert problem.code == "terms.published_record"
    assert problem.file == f"published/{OLD}.json"


def test_a_crash_while_writing_leaves_no_record(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        publish(pack)
    assert list((pack / "published").iterdir()) == []
    load_pack(pack)


def test_of_two_who_publish_at_once_the_first_wins(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = publishing._record

    def overtaken(*args: Any) -> object:
        monkeypatch.setattr(publishing, "_record", late)
        publish(pack, OLD, "First", "Mei")
        return late(*args)

    monkeypatch.setattr(publishing, "_record", overtaken)
    publishing.publish(pack, OLD, published_by="Second", approved_by="Mei", on=DAY)
    record = published(pack, OLD)
    assert record is not None
    assert record.published_by == "First"


def test_the_command_publishes_and_refuses(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["terms", "publish", str(pack), OLD, "--by", "Ayan", "--on", "2026-03-01"]
    assert main([*args, "--approved-by", "Ayan"]) == 3
    assert "terms.not_approved" in capsys.readouterr().err
    assert main([*args, "--approved-by", "Mei", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["published_on"], told["approved_by"]) == (True, "2026-03-01", "Mei")
    assert main([*args, "--approved-by", "Mei"]) == 0
    assert "was published already on 2026-03-01" in capsys.readouterr().out
    assert main(["terms", "publish", str(pack), "1999", "--by", "A", "--approved-by", "B"]) == 4


# --- the diff with its meaning, and its measured effect -------------------------------------------


def bonus_events(folder: Path) -> Path:
    file = folder / "events.csv"
    head = "id,paid_at,method,money_paid,mcc,merchant,own_rate,foreign_shop,customer,funding\n"
    rows = [
        f"{n},2024-05-1{n}T12:00:00+05:00,{method},{paid} KZT,,Kiosk,0%,false,c{n},\n"
        for n, (method, paid) in enumerate([("qr", 1000), ("card", 500), ("cash", 2000)])
    ]
    file.write_text(head + "".join(rows), encoding="utf-8")
    return file


def test_the_record_holds_what_the_change_means_and_that_nobody_measured_it(pack: Path) -> None:
    publish(pack)
    publish(pack, NEW)
    record = published(pack, NEW)
    assert record is not None
    assert record.changes is not None
    assert record.changes["equivalent"]["bonus"] is False  # type: ignore[index]
    assert record.changes["questions"][0]["witnesses"]  # type: ignore[index]
    assert record.effects == {"bonus": "not measured", "refund": "not measured"}
    assert record.format == 2


def test_the_record_holds_the_effect_that_was_measured(pack: Path, tmp_path: Path) -> None:
    publish(pack)
    events = bonus_events(tmp_path)
    publishing.publish(
        pack, NEW, published_by="Ayan", approved_by="Mei", on=DAY, events={"bonus": events},
        key="id",
    )  # fmt: skip
    record = published(pack, NEW)
    assert record is not None
    effect = record.effects["bonus"]
    assert isinstance(effect, dict)
    assert (effect["events"], effect["winners"], effect["losers"]) == (3, 3, 0)
    assert (effect["totals_before"], effect["totals_after"]) == (
        {"amount": "15.00 KZT"}, {"amount": "50.00 KZT"},
    )  # fmt: skip
    assert effect["file"] == "events.csv"
    assert len(effect["sha256"]) == 64
    assert {tuple(one["after"]) for one in effect["transitions"]} == {
        ("wallet-rate",), ("campaign",),
    }  # fmt: skip
    assert record.effects["refund"] == "not measured"


def test_events_that_cannot_be_measured_publish_nothing(pack: Path, tmp_path: Path) -> None:
    publish(pack)
    events = bonus_events(tmp_path)
    events.write_text(events.read_text(encoding="utf-8").replace("qr", "qrr"), encoding="utf-8")
    before = files_of(pack)
    with pytest.raises(EventValueWrong):
        publishing.publish(
            pack, NEW, published_by="Ayan", approved_by="Mei", on=DAY, events={"bonus": events},
            key="id",
        )  # fmt: skip
    assert files_of(pack) == before


def test_the_command_takes_events_by_question(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(pack)
    events = bonus_events(tmp_path)
    args = ["terms", "publish", str(pack), NEW, "--by", "Ayan", "--approved-by", "Mei"]
    assert main([*args, "--events", str(events)]) == 2
    capsys.readouterr()
    assert main([*args, "--events", f"bonus={events}", "--key", "id"]) == 0
    told = capsys.readouterr().out
    assert "effect on bonus: 3 events, 3 gain, 0 lose; amount 15.00 KZT → 50.00 KZT" in told
    assert "effect on refund: not measured" in told


def test_a_record_of_the_first_format_can_still_be_read(pack: Path) -> None:
    publish(pack)
    file = pack / "published" / f"{OLD}.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    del record["effects"]
    file.write_text(json.dumps({**record, "format": 1}), encoding="utf-8")
    read = published(load_pack(pack).folder, OLD)
    assert read is not None
    assert (read.format, read.effects) == (1, {})
