"""The files of a pack: found, bounded in size, and UTF-8."""

from __future__ import annotations

import re
from pathlib import Path

from oferta.core.terms.problems import Code, Report, shown
from oferta.core.terms.types import Place

#: A pack of a hundred editions in five languages is far below this.
FILE_BYTES_MAX = 4_000_000
#: No database keeps the first of them, and a terminal obeys others.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class PackFiles:
    """The folder of one pack; every failure to read becomes a problem."""

    def __init__(self, folder: Path, report: Report) -> None:
        self.folder = folder
        self.name = folder.name or str(folder)
        self._report = report
        try:
            self.folder = folder.resolve()
            self.name = self.folder.name
        except (OSError, ValueError, RuntimeError):
            pass  # found() tells what is wrong with it

    def found(self) -> bool:
        """Tell whether there is a folder at all."""
        try:
            is_folder = self.folder.is_dir()
        except (OSError, ValueError):
            is_folder = False
        if not is_folder:
            self._add(Code.NO_PACK, "", f"{shown(str(self.folder))} is not a folder",
                      "a folder with terms.yaml, editions/, text/ and examples.yaml")  # fmt: skip
        return is_folder

    def read(self, file: str) -> str | None:
        """Return the text of a file of the pack, or None after reporting."""
        try:
            with (self.folder / file).open("rb") as stream:
                raw = stream.read(FILE_BYTES_MAX + 1)
        except FileNotFoundError:
            self._add(Code.UNREADABLE, file, "the file is missing", f"a file {file}")
            return None
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            self._add(Code.UNREADABLE, file, f"the file cannot be read: {said}", "a file")
            return None
        if len(raw) > FILE_BYTES_MAX:
            self._add(
                Code.TOO_LARGE, file, "the file is too large", f"at most {FILE_BYTES_MAX} bytes"
            )
            return None
        return self._decoded(raw, file)

    def _decoded(self, raw: bytes, file: str) -> str | None:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            what = f"the byte {raw[error.start]:#04x} is not UTF-8"
            self._report.add(Code.NOT_UTF8, Place(file, line), "", what, "the file saved as UTF-8")
            return None
        control = _CONTROL.search(text)
        if control is None:
            return text
        line = text.count("\n", 0, control.start()) + 1
        what = f"a control character (U+{ord(control[0]):04X}) stands here"
        self._report.add(Code.UNREADABLE, Place(file, line), "", what, "printable text")
        return None

    def edition_stems(self) -> list[str]:
        """Return the names of the files of editions, oldest first."""
        try:
            names = sorted(path.name for path in (self.folder / "editions").iterdir())
        except OSError:
            names = []
        stems = [name.removesuffix(".yaml") for name in names if name.endswith(".yaml")]
        for name in names:
            if not name.endswith(".yaml") and not name.startswith("."):
                self._add(
                    Code.EDITION_NAME, f"editions/{name}", "this is not the file of an edition",
                    "a file named by its first day, as 2017-01-01.yaml",
                )  # fmt: skip
        if not stems:
            self._add(
                Code.NO_EDITION, "editions", "the pack has no edition",
                "a file named by its first day, as editions/2017-01-01.yaml",
            )  # fmt: skip
        return stems

    def _add(self, code: Code, file: str, what: str, expected: str) -> None:
        self._report.add(code, Place(file or ".", 0), "", what, expected)
