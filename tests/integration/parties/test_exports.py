"""All of one's data in one file: whole, in one's language, for a week, to nobody else."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from party_builders import NOW, SHOWN, a_party, edition

from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import (
    agreements,
    archive,
    consents,
    exporting,
    keyring,
    models,
    receipts,
)
from oferta.core.parties.agreement_errors import UnknownExport
from oferta.core.parties.agreement_types import ExportState, How
from oferta.core.parties.archive import Section
from oferta.core.parties.types import Channel, Who, WhoKind
from oferta.kernel.i18n import LANGUAGES, Language

pytestmark = pytest.mark.django_db
CLUB = "bonus-club"


def somebody() -> UUID:
    party = a_party("ru", name="Анна Ким", email="anna@example.test", sms="+77010000001")
    agreements.accept(
        party, edition(CLUB, "2017-01-01"), pack=CLUB, how=How.CLICK, shown=SHOWN, now=NOW
    )
    consents.set_consent(party, "advertising", Channel.SMS, given=True, shown=SHOWN, now=NOW)
    notice = NewNotice(
        party_id=party, language="ru", kind="case.rejected", params={"reason": "потому"}
    )
    notices.send([notice], now=NOW)
    return party


def made(party: UUID, language: Language = "ru") -> zipfile.ZipFile:
    asked = exporting.ask(party, language=language, now=NOW)
    exporting.make(asked.id, now=NOW)
    _, pieces = exporting.download(party, asked.id, who=themselves(party), now=NOW)
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def themselves(party: UUID) -> Who:
    return Who(kind=WhoKind.CUSTOMER, id=party)


def rows(file: zipfile.ZipFile, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(file.read(f"data/{name}.json"))
    return found


def test_the_file_holds_what_every_room_keeps_and_every_receipt_proves_itself() -> None:
    party = somebody()
    file = made(party)
    assert rows(file, "person")[0]["name"] == "Анна Ким"
    assert {row["address"] for row in rows(file, "contacts")} == {
        "anna@example.test",
        "+77010000001",
    }
    assert [row["purpose"] for row in rows(file, "consents")] == ["advertising"]
    assert "потому" in str(rows(file, "notices")[0]["words"])
    (receipt,) = [row["receipt"] for row in rows(file, "agreements")]
    said = receipts.verify(file.read(str(receipt)), keyring.keys().public)
    assert said["party"] == str(party)
    sections = {"decisions", "transfers", "balances", "statement", "cases", "evidence", "payments"}
    assert {f"data/{name}.json" for name in sections} <= set(file.namelist())


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_in_the_customers_language_and_csv_says_the_same(language: Language) -> None:
    party = somebody()
    file = made(party, language)
    page = file.read("index.html").decode()
    assert f'<html lang="{language}">' in page
    titles = {"kk": "Байланыс деректері", "ru": "Контакты", "en": "Contacts"}
    assert titles.get(language, "聯絡方式" if language == "zh-Hant" else "联系方式") in page
    table = list(csv.reader(io.StringIO(file.read("data/contacts.csv").decode("utf-8-sig"))))
    assert table[0] == ["channel", "address"]
    assert ["sms", "'+77010000001"] in table or ["sms", "+77010000001"] in table


def test_somebodys_words_are_neither_markup_nor_a_formula(tmp_path: Path) -> None:
    words = "=HYPERLINK(1)<script>"
    section = Section("contacts", ("channel", "address"), [{"channel": "x", "address": words}])
    archive.write(tmp_path / "a.zip", [section], language="en", now=NOW)
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert "<script>" not in file.read("pages/contacts.html").decode()
        assert f"'{words}" in file.read("data/contacts.csv").decode()


def test_nobody_else_gets_the_file_and_nobody_at_all_after_a_week() -> None:
    party, other = somebody(), a_party()
    asked = exporting.ask(party, language="ru", now=NOW)
    with pytest.raises(UnknownExport):  # not made yet
        exporting.download(party, asked.id, who=themselves(party), now=NOW)
    exporting.make(asked.id, now=NOW)
    with pytest.raises(UnknownExport):
        exporting.download(other, asked.id, who=themselves(other), now=NOW)
    later = NOW + timedelta(days=exporting.KEPT_DAYS)
    with pytest.raises(UnknownExport):
        exporting.download(party, asked.id, who=themselves(party), now=later)
    assert exporting.throw_away(later) == 1
    assert not models.ExportPart.objects.exists()
    assert exporting.exports(party)[0].state is ExportState.EXPIRED


def test_asking_twice_makes_one_file_and_the_customer_is_told_once() -> None:
    party = somebody()
    first = exporting.ask(party, language="ru", now=NOW)
    assert exporting.ask(party, language="ru", now=NOW).id == first.id
    for _ in range(2):
        exporting.make(first.id, now=NOW)
    file = made(party)
    kinds = [row["kind"] for row in rows(file, "notices")]
    assert kinds.count("data.export_made") == 1


def test_every_step_is_in_the_audit_log() -> None:
    party = somebody()
    made(party)
    lines = models.AuditEntry.objects.filter(parties__contains=[party]).order_by("id")
    assert [line.what for line in lines] == ["export.asked", "export.made", "export.downloaded"]
    assert not any("Анна" in line.name for line in lines)


def test_a_file_of_many_rows_is_written_with_little_memory(tmp_path: Path) -> None:
    def many() -> Iterator[dict[str, object]]:
        for number in range(30_000):
            yield {"at": f"{number:030}", "words": "слово " * 20}

    tracemalloc.start()
    section = Section("notices", ("at", "words"), many())
    archive.write(tmp_path / "a.zip", [section], language="ru", now=NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert sum(one.file_size for one in file.infolist()) > 20_000_000
