"""What takes long to read, kept in the data folder as it was read, for the next start.

Named by everything that went in, so that other files, other code or another Python never meet what
was kept. Taken only from a file that nobody else could have written: unpickling runs what it says.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar, cast

_T = TypeVar("_T")
#: Of one name: what several checkouts with one data folder need.
KEPT_MAX = 4


def kept(
    folder: Path,
    name: str,
    sources: Iterable[Path],
    make: Callable[[], _T],
    *,
    packages: Iterable[str] = (),
) -> _T:
    """Return what `make` makes of `sources`: as it was kept, or made now and kept.

    Args:
        folder: where it is kept; what cannot be kept is made each time.
        name: what it is called there.
        sources: every file that it is made from, those of code included.
        make: makes it; nothing else may go into it.
        packages: those outside the project that take part, told by their versions.
    """
    file = folder / f"{name}-{_digest(sources, packages)}.pickle"
    with suppress(OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError):
        return cast("_T", _read(file))
    made = make()
    with suppress(OSError):
        _write(file, made)
        _forget_old(folder, name)
    return made


def _digest(sources: Iterable[Path], packages: Iterable[str]) -> str:
    found = hashlib.sha256(sys.version.encode())
    for package in packages:
        found.update(f"{package} {version(package)}\0".encode())
    for file in sorted(sources):
        content = file.read_bytes()
        found.update(f"{file}\0{len(content)}\0".encode() + content)
    return found.hexdigest()[:32]


def _read(file: Path) -> object:
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:
        found = os.fstat(opened.fileno())
        if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise PermissionError(str(file))
        return pickle.load(opened)  # noqa: S301 - only our own account could write it


def _write(file: Path, made: object) -> None:
    """Write a file that others see whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, making = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
    with os.fdopen(descriptor, "wb") as opened:
        pickle.dump(made, opened, pickle.HIGHEST_PROTOCOL)
    Path(making).replace(file)


def _forget_old(folder: Path, name: str) -> None:
    found = sorted(folder.glob(f"{name}-*.pickle"), key=lambda file: file.stat().st_mtime)
    for file in found[:-KEPT_MAX]:
        file.unlink(missing_ok=True)
