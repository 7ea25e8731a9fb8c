"""Style that a machine can hold (the size of files and functions, marks, dead modules)."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import pytest
import source_tree as source
from source_tree import ROOT, Module

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_P90 = 30

#: Modules that frameworks find by their name.
FOUND_BY_NAME = {"apps", "models", "tasks", "__main__", "wsgi", "base"}
#: Modules with a function that is better whole.
LONG_FUNCTIONS = {
    "tests/bench/terms_hand.py": "the anchor is what a hand would write",
}
#: Modules that are started by name: `python -m`.
STARTED = {"oferta.project.reference", "oferta.project.cli"}
#: Ways in for callers outside the package: services that send single requests.
DOORS = {"oferta.core.ledger.gatherer"}
#: Modules that other programs are held against.
ORACLES = {"oferta.core.terms.reference"}


def test_no_file_is_longer_than_400_lines() -> None:
    long = {module.name: len(module.text.splitlines()) for module in source.everything()}
    assert {name: lines for name, lines in long.items() if lines >= FILE_LINES_MAX} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{module.name}:{function.lineno} {function.name} has {_lines(function)} lines"
        for module in source.everything()
        for function in module.functions()
        if _lines(function) > FUNCTION_LINES_MAX and module.name not in LONG_FUNCTIONS
    ]
    assert long == []


def test_nine_functions_of_ten_have_at_most_30_lines() -> None:
    lengths = [_lines(function) for module in source.package() for function in module.functions()]
    assert statistics.quantiles(lengths, n=10)[-1] <= FUNCTION_LINES_P90


def test_nothing_is_left_for_later_in_a_comment() -> None:
    marks = re.compile(r"(#|//|<!--|/\*).*\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
    assert _lines_with(marks) == []


def test_only_the_command_line_prints() -> None:
    prints = [
        f"{module.name}:{node.lineno}"
        for module in source.package()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert prints == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        module.name
        for module in source.package()
        if module.text.strip() and not ast.get_docstring(module.tree)
    ]
    assert silent == []


def test_no_machine_and_no_registry_is_named_in_any_file() -> None:
    # In halves, or this file would find itself.
    folders = "home|root|work|Users"
    hosts = r"pypi" r"\.org|pythonhosted" r"\.org|npmjs" r"\.org|ghcr" r"\.io"
    named = re.compile(rf"(?<![\w.:/~-])/({folders})/|{hosts}")
    assert _lines_with(named) == []


@pytest.mark.parametrize("room", ["core.ledger", "core.terms"])
def test_neither_the_ledger_nor_the_terms_know_a_float(room: str) -> None:
    floats = [
        f"{module.name}:{node.lineno} {node.value}"
        for module in source.package()
        if module.name.startswith(f"oferta.{room}")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
        if module.name not in FLOATS
    ]
    assert floats == []


#: Modules whose floats are no amounts.
FLOATS = {
    "oferta.core.ledger.gatherer": "seconds to wait",
    "oferta.core.ledger.posting": "seconds to wait",
    "oferta.core.terms.problems": "how alike two words are, to suggest the one that was meant",
    "oferta.core.terms.simulating.engine": "seconds to wait",
    "oferta.core.terms.simulating.events": "how alike two words are",
    "oferta.core.terms.simulating.chart": "places on a drawing",
}


def test_only_the_kernel_reads_the_clock() -> None:
    clocks = {"datetime", "date", "dt", "timezone"}
    readings = [
        f"{module.name}:{node.lineno}"
        for module in source.package()
        if module.name != "oferta.kernel.clock"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "today", "utcnow"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in clocks
    ]
    assert readings == []


def test_only_the_channels_of_notices_speak_to_the_outside() -> None:
    outside = {"httpx", "requests", "smtplib", "django.core.mail", "urllib.request"}
    speaking = [
        f"{module.name} imports {name}"
        for module in source.package()
        if not module.name.startswith("oferta.core.notices.channels")
        for name in module.imports()
        if name in outside
    ]
    assert speaking == []


def test_no_module_lies_there_unused() -> None:
    modules = source.package()
    named = {name for module in modules for name in module.imports()}
    named |= {name for module in modules for name in _names_in_strings(module)}
    named |= set(re.findall(r"oferta(?:\.\w+)+", (ROOT / "pyproject.toml").read_text()))
    unused = [
        module.name
        for module in modules
        if module.name not in named | STARTED | ORACLES | DOORS
        and module.name.rpartition(".")[2] not in FOUND_BY_NAME
        and module.path.name != "__init__.py"
    ]
    assert unused == []


def test_no_two_test_files_share_a_name() -> None:
    """They are imported by their bare name: the second would be the first."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _names_in_strings(module: Module) -> set[str]:
    return {
        name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for path in re.findall(r"oferta(?:\.\w+)+", node.value)
        for name in (path, path.rpartition(".")[0])  # a module, or something in it
    }


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in source.files():
        for number, line in enumerate(_text(path).splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:  # data
        return ""
