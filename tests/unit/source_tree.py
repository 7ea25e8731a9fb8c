"""The project's own files, read once, for the tests that read code instead of running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
#: Not the project's: environments, caches, data of a running service.
FOREIGN = {".git", ".venv", ".data", ".cache", "__pycache__", "node_modules", "dist", "var"}


@dataclass(frozen=True)
class Module:
    """One Python file of the project."""

    path: Path

    @property
    def name(self) -> str:
        """Return its dotted name, or its path if it is no part of the package."""
        if not self.path.is_relative_to(SRC):
            return str(self.path.relative_to(ROOT))
        parts = self.path.relative_to(SRC).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def imports(self) -> Iterator[str]:
        """Yield every dotted name that is imported; `from a import b` gives `a` and `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def definitions(self) -> Iterator[tuple[str, int]]:
        """Yield every name that this file gives to something, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, node.lineno
            elif isinstance(node, ast.arg):
                yield node.arg, node.lineno
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, node.lineno
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                yield node.attr, node.lineno


def package() -> list[Module]:
    """Return the modules of the package, migrations left out: they are frozen history."""
    return [module for module in _modules(SRC) if ".migrations" not in module.name]


def everything() -> list[Module]:
    """Return every Python file of the project, migrations left out."""
    return [*package(), *_modules(ROOT / "tests"), *_modules(ROOT / "tools")]


def files() -> Iterator[Path]:
    """Yield every file that belongs to the project, whatever it is."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in FOREIGN or path.name.endswith(("_cache", ".egg-info", ".hypothesis")):
                continue
            if path.is_dir() and not path.is_symlink():
                folders.append(path)
            elif path.is_file():
                yield path


def _modules(folder: Path) -> list[Module]:
    return [Module(path) for path in sorted(folder.rglob("*.py"))]
