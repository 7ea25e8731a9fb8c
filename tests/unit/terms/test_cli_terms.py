"""`oferta terms` answers, explains and refuses in words, without Django and without a database."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_pack import FIRST, a_pack

from oferta.kernel.i18n import LANGUAGES
from oferta.project.cli import main
from oferta.project.cli.exits import Exit

Shell = Callable[..., tuple[int, str, str]]
FACTS = """\
paid_at: 2020-05-16T12:00:00+05:00
method: qr
money_paid: 10050 KZT
mcc: null
merchant: Kiosk
own_rate: 2%
foreign_shop: false
customer: c1
monthly_cap_used: 0 KZT
"""


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    def run(*args: object) -> tuple[int, str, str]:
        code = main([str(arg) for arg in args])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return a_pack(tmp_path)


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.yaml"
    path.write_text(FACTS)
    return path


# --- check ----------------------------------------------------------------------------------------


def test_a_sound_pack_passes(shell: Shell, pack: Path) -> None:
    assert shell("terms", "check", pack) == (
        Exit.OK,
        "small-club: sound, 2 worked examples come out as written; proved whole\n",
        "",
    )


def test_a_pack_is_found_by_name_in_the_folder_of_terms(
    shell: Shell, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFERTA_TERMS", str(pack.parent))
    code, out, _ = shell("terms", "check", "small-club", "--json")
    assert code == Exit.OK
    told = {"pack": "small-club", "sound": True, "examples": 2, "problems": [], "findings": []}
    assert json.loads(out) == told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "amount: 100 KZT",
            "amount: 101 KZT",
            "came out as amount 100.00 KZT by wallet-rate. Expected amount 101.00 KZT.",
        ),
        (
            "decided_by: [wallet-rate]",
            "decided_by: [rest]",
            "came out as decided by wallet-rate. Expected decided by rest.",
        ),
        (
            "outcome: {rate: 1%, amount: 100 KZT}\n    decided_by: [wallet-rate]",
            "error: terms.gap",
            "came out as rate 1%, amount 100.00 KZT by wallet-rate. Expected error terms.gap.",
        ),
        (
            "error: terms.not_in_force",
            "error: terms.conflict",
            "Expected error terms.conflict.",
        ),
    ],
)
def test_a_failing_example_is_told_with_its_place(
    tmp_path: Path, shell: Shell, old: str, new: str, said: str
) -> None:
    folder = a_pack(tmp_path, "examples.yaml", old, new)
    code, out, _ = shell("terms", "check", folder)
    assert code == Exit.FOUND_PROBLEMS
    assert out.startswith("examples.yaml:")
    assert said in out
    assert "[terms.example_failed]" in out
    assert out.endswith("small-club: 1 problem\n")


def test_a_broken_pack_lists_file_line_and_clause(tmp_path: Path, shell: Shell) -> None:
    folder = a_pack(tmp_path, FIRST, "method IN (wallets) AND NOT foreign_shop", "metod = 'qr'")
    code, out, _ = shell("terms", "check", folder, "--json")
    assert code == Exit.FOUND_PROBLEMS
    (problem,) = [one for one in json.loads(out)["problems"] if one["where"] == "wallet-rate"]
    assert problem["file"] == FIRST
    assert problem["line"] > 1
    assert "method" in problem["expected"]


# --- decide ---------------------------------------------------------------------------------------


def decided(shell: Shell, pack: Path, facts: object, *more: str) -> dict[str, Any]:
    code, out, err = shell("terms", "decide", pack, "bonus", "--facts", facts, "--json", *more)
    assert (code, err) == (Exit.OK, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_json_holds_outcome_clauses_edition_and_explanation(
    shell: Shell, pack: Path, facts: Path
) -> None:
    said = decided(shell, pack, facts)
    assert said["outcome"] == {"rate": "2%", "amount": "201.00 KZT"}
    assert said["decided_by"] == ["wallet-rate"]
    assert said["edition"] == "2017-01-01"
    assert said["day"] == "2020-05-16"
    assert said["explanation"]["clauses"][0]["cites"] == ["BC-21", "BC-22"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_told_in_each_language(
    shell: Shell, pack: Path, facts: Path, language: str
) -> None:
    code, out, _ = shell("terms", "decide", pack, "bonus", "--facts", facts, "--lang", language)
    assert code == Exit.OK
    assert "201" in out.splitlines()[0]
    assert f"({language})" in out


def test_facts_may_be_json_or_come_on_standard_input(
    shell: Shell, pack: Path, tmp_path: Path, facts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = dict(line.split(": ", 1) for line in FACTS.splitlines()) | {"mcc": None}
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(written | {"foreign_shop": False}))
    assert decided(shell, pack, path) == decided(shell, pack, facts)

    class Input:
        buffer = io.BytesIO(FACTS.encode())

    monkeypatch.setattr(sys, "stdin", Input())
    assert decided(shell, pack, "-")["decided_by"] == ["wallet-rate"]


def test_another_day_and_another_edition_can_be_asked_for(
    shell: Shell, pack: Path, facts: Path
) -> None:
    assert decided(shell, pack, facts, "--on", "2024-05-01")["edition"] == "2024-04-16"
    assert decided(shell, pack, facts, "--edition", "2024-04-16")["edition"] == "2024-04-16"


def test_a_gap_is_explained_and_ends_with_refused(
    shell: Shell, tmp_path: Path, facts: Path
) -> None:
    folder = a_pack(
        tmp_path,
        FIRST,
        "when: method NOT IN (wallets) OR foreign_shop",
        "when: FALSE OR foreign_shop",
    )
    facts.write_text(FACTS.replace("method: qr", "method: cash"))
    code, out, _ = shell("terms", "decide", folder, "bonus", "--facts", facts)
    assert code == Exit.REFUSED
    assert "No clause decides this case" in out
    code, out, _ = shell("terms", "decide", folder, "bonus", "--facts", facts, "--json")
    assert code == Exit.REFUSED
    said = json.loads(out)
    assert (said["error"], said["exit"]) == ("terms.gap", Exit.REFUSED)
    assert said["explanation"]["stop"]["code"] == "terms.gap"


# --- wrong input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"{", "cli.bad_facts", "line: 1"),
        (b'{"method": ["qr"]}', "cli.bad_facts", "more than one value"),
        (b"[qr]", "cli.bad_facts", "name: value"),
        (b"", "cli.bad_facts", "the file is empty"),
        (b"method: qr\nmethod: card\n", "cli.bad_facts", "line: 2"),
        (b"\xff\xfe", "cli.bad_facts", "UTF-8"),
        (b"[" * 100_000, "cli.bad_facts", ""),
        (b'{"method": "qr", "method": "card"}', "cli.bad_facts", "method stands twice"),
        (b'{"mcc": ' + b"9" * 9_000 + b"}", "cli.bad_facts", ""),
        (FACTS.replace("2%", "0.02").encode(), "terms.wrong_fact", "0.02"),
        (b'{"mcc": NaN}', "terms.", ""),
        (b'{"a":' * 100_000, "cli.bad_facts", ""),
        (FACTS.replace("method: qr", "method: qrr").encode(), "terms.wrong_fact", "method"),
        (FACTS.replace("10050 KZT", "ten").encode(), "terms.wrong_fact", "money_paid"),
        (FACTS.replace("method:", "metod:").encode(), "terms.unknown_fact", "did_you_mean: method"),
        (FACTS.replace("method: qr\n", "").encode(), "terms.missing_fact", "method"),
    ],
)
def test_wrong_facts_are_one_clear_line(
    shell: Shell, pack: Path, facts: Path, content: bytes, code: str, said: str
) -> None:
    facts.write_bytes(content)
    exit_code, out, err = shell("terms", "decide", pack, "bonus", "--facts", facts)
    assert exit_code == Exit.WRONG_USE
    assert out == ""
    assert f"[{code}" in err.splitlines()[0]
    assert said in err


@pytest.mark.parametrize(
    ("args", "exit_code", "said"),
    [
        (["bonus", "--facts", "nowhere.yaml"], Exit.NOT_FOUND, "nowhere.yaml"),
        (["bonnus", "--facts", "FACTS"], Exit.NOT_FOUND, "did_you_mean: bonus"),
        (
            ["bonus", "--facts", "FACTS", "--lang", "xx"],
            Exit.WRONG_USE,
            "'xx' is not one of kk",
        ),
        (["bonus", "--facts", "FACTS", "--on", "2024-13-01"], Exit.WRONG_USE, "2024-13-01"),
        (["bonus", "--facts", "FACTS", "--on", "2016-12-31"], Exit.NOT_FOUND, "terms.not_in_force"),
        (
            ["bonus", "--facts", "FACTS", "--edition", "2017-01-02"],
            Exit.NOT_FOUND,
            "did_you_mean: 2017-01-01",
        ),
        (["bonus"], Exit.WRONG_USE, "--facts"),
    ],
)
def test_wrong_use_is_one_clear_refusal(
    shell: Shell, pack: Path, facts: Path, args: list[str], exit_code: Exit, said: str
) -> None:
    given = [str(facts) if arg == "FACTS" else arg for arg in args]
    code, out, err = shell("terms", "decide", pack, *given)
    assert (code, out) == (exit_code, "")
    assert said in err


def test_a_pack_that_is_not_there_is_not_found(
    shell: Shell, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFERTA_TERMS", str(pack.parent))
    code, _, err = shell("terms", "check", "smal-club")
    assert code == Exit.NOT_FOUND
    assert "[terms.unknown_pack]" in err
    assert "did_you_mean: small-club" in err


# --- show and facts -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_show_prints_every_clause_with_its_words(shell: Shell, pack: Path, language: str) -> None:
    code, out, _ = shell("terms", "show", pack, "--lang", language, "--on", "2020-01-01")
    assert code == Exit.OK
    for clause in ("wallet-rate", "rest", "phone-shops", "own-shop", "early", "late"):
        assert f"[{clause}]" in out
    assert "Words." in out
    assert "IS NOT NULL" not in out


def test_show_prints_the_newest_edition_if_none_is_named(shell: Shell, pack: Path) -> None:
    code, out, _ = shell("terms", "show", pack, "--json")
    assert code == Exit.OK
    said = json.loads(out)
    assert said["edition"] == "2024-04-16"
    clauses = {clause["id"]: clause for clause in said["questions"][0]["clauses"]}
    assert clauses["campaign"]["condition"].replace("\u00a0", " ") == (
        "method (en) is cash (en), and money paid (en) is at least 1,000 KZT, "
        "and category (en) is not known"
    )
    assert clauses["campaign"]["defeats"] == ["rest"]


def test_the_printed_facts_can_be_decided_on_at_once(
    shell: Shell, pack: Path, tmp_path: Path
) -> None:
    code, out, _ = shell("terms", "facts", pack, "bonus")
    assert code == Exit.OK
    path = tmp_path / "printed.yaml"
    path.write_text(out)
    assert decided(shell, pack, path)["outcome"] == {"rate": "1%", "amount": "100.00 KZT"}


def test_facts_of_a_question_without_an_example_are_decidable_too(
    shell: Shell, pack: Path, tmp_path: Path
) -> None:
    code, out, _ = shell("terms", "facts", pack, "refund", "--lang", "ru")
    assert code == Exit.OK
    path = tmp_path / "printed.yaml"
    path.write_text(out)
    assert shell("terms", "decide", pack, "refund", "--facts", path, "--edition", "2017-01-01")[
        0
    ] in (Exit.OK, Exit.REFUSED)


def test_neither_django_nor_a_database_driver_is_imported(pack: Path) -> None:
    source = (
        "import sys; from oferta.project.cli import main; "
        f"code = main(['terms', 'check', {str(pack)!r}]); "
        "loaded = {'django', 'psycopg', 'procrastinate'} & set(sys.modules); "
        "sys.exit(f'imported {loaded}' if loaded or code else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# --- the hostile side of the shell ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "no-such-pack", "\udcff", "a" * 300])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_is_no_pack_is_told_so(shell: Shell, name: str, form: tuple[str, ...]) -> None:
    code, out, err = shell("terms", "check", name, *form)
    assert code == Exit.NOT_FOUND
    assert "terms.unknown_pack" in out + err or "cli.unreadable" in out + err


def test_a_file_of_facts_without_end_is_not_read_to_it(shell: Shell, pack: Path) -> None:
    code, _, err = shell("terms", "decide", pack, "bonus", "--facts", "/dev/zero")
    assert code == Exit.WRONG_USE
    assert "too large" in err


def test_a_name_that_is_half_a_letter_is_refused_in_json(pack: Path) -> None:
    """In a process of its own, since what is asked for is whether it can be printed."""
    facts = json.dumps({"\ud800": 1, "merchant": "\ud83d"})
    ask = ["terms", "decide", str(pack), "bonus", "--facts", "-", "--json"]
    source = "import sys; from oferta.project.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", source, *ask],
        input=facts,
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(ran.stdout)["error"] == "terms.unknown_fact"
    assert ran.stderr == ""
