"""`oferta receipt` proves receipts with files alone: no database, no settings of a server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from oferta.core.parties import receipts
from oferta.core.parties.words_digest import text_digest
from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.project.cli import main

PACK = Path(__file__).parents[2] / "packs" / "corner-club"
KEYS = receipts.keys_of(receipts.new_key(), [])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    pack = load_pack(PACK)
    edition = Terms([pack]).edition_called(pack.name, "2024-01-01")
    said = {
        "pack": pack.name,
        "edition": edition.id,
        "language": "kk",
        "text_digest": text_digest(edition, "kk"),
        "how": "click",
    }
    (tmp_path / "receipt.json").write_text(receipts.sign(said, KEYS))
    (tmp_path / "keys.pem").write_text(receipts.public_pem(KEYS.public))
    return tmp_path / "receipt.json", tmp_path / "keys.pem"


def test_a_true_receipt_is_told_and_a_changed_one_proves_nothing(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, keys = files
    assert main(["receipt", "verify", str(receipt), "--key", str(keys)]) == 0
    assert "how: click" in capsys.readouterr().out
    receipt.write_text(receipt.read_text().replace("click", "view!"))
    assert main(["receipt", "verify", str(receipt), "--key", str(keys), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["valid"] is False


def test_the_words_of_a_pack_are_compared_with_those_that_were_shown(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, keys = files
    command = ["receipt", "verify", str(receipt), "--key", str(keys), "--pack", str(PACK)]
    assert main(command) == 0
    said = receipts.verify(receipt.read_text(), KEYS.public) | {"language": "ru"}
    receipt.write_text(receipts.sign(said, KEYS))
    assert main(command) == 1
    assert "OTHER" in capsys.readouterr().out


def test_it_runs_without_django_and_without_a_database(files: tuple[Path, Path]) -> None:
    receipt, keys = files
    code = (
        "import sys; from oferta.project.cli import main;"
        f" code = main(['receipt', 'verify', {str(receipt)!r}, '--key', {str(keys)!r}]);"
        " assert not {'django', 'psycopg'} & set(sys.modules); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_new_key_is_private_and_a_file_that_is_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    assert main(["receipt", "new-key", str(file)]) == 0
    first = file.read_bytes()
    assert main(["receipt", "new-key", str(file)]) == 0
    assert file.read_bytes() == first
    assert file.stat().st_mode & 0o077 == 0
    assert receipts.read_signing_key(file) is not None


@pytest.mark.parametrize("content", ["", "not a key"])
def test_a_file_without_a_key_is_named(
    files: tuple[Path, Path], content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, keys = files
    keys.write_text(content)
    assert main(["receipt", "verify", str(receipt), "--key", str(keys)]) == 4
    assert "parties.bad_key" in capsys.readouterr().err
