"""Cases of others, a short file each under tests/packs/catala, written out as whole packs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from oferta.kernel.i18n import LANGUAGES

FOLDER = Path(__file__).parents[2] / "packs" / "catala"
#: Name of the one field of every answer, and of the day of the event.
ANSWER, DAY = "result", "asked_on"
_DAY = "2024-06-01"


@dataclass(frozen=True)
class CatalaCase:
    """One source file: what is asked, what comes out, what a check finds."""

    name: str
    source: str
    said: dict[str, Any]

    @property
    def finds(self) -> set[tuple[str, str]]:
        """Code and clause (or question) of each problem that a check must find."""
        pairs = (found.split() for found in self.said["finds"])
        return {(code, where) for code, where in pairs}

    @property
    def cases(self) -> list[dict[str, Any]]:
        """Facts, and the value or the error that comes of them."""
        return list(self.said.get("cases", []))

    def question(self, case: dict[str, Any]) -> str:
        """Return what a case asks."""
        return str(case.get("question", next(iter(self.said["questions"]))))

    def written(self, parent: Path) -> Path:
        """Write the whole pack and return its folder."""
        folder = parent / self.name
        ids = [clause["id"] for clause in self.said["clauses"]]
        words = "".join(f"## {id_}: {id_}\n\nWords.\n\n" for id_ in ids)
        files = {f"text/{language}.md": words for language in LANGUAGES}
        files["terms.yaml"] = _dumped(self._terms())
        files["editions/2000-01-01.yaml"] = _dumped(self._edition())
        files["examples.yaml"] = _dumped({"examples": self._examples()})
        for file, text in files.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    def _terms(self) -> dict[str, Any]:
        facts: dict[str, Any] = {DAY: {"type": "date"}, **self.said["facts"]}
        top: dict[str, Any] = {
            "pack": self.name, "publisher": "Nobody", "authoritative": "en", "title": _words("t"),
            "facts": {name: _fact(name, of) for name, of in facts.items()},
            "questions": {
                name: {
                    "about": "case", "label": _words(name), "day": DAY, "facts": list(facts),
                    "answer": {ANSWER: {**_type(of), "label": _words(ANSWER)}}, "combine": "one",
                }
                for name, of in self.said["questions"].items()
            },
        }  # fmt: skip
        if "assume" in self.said:
            top["assume"] = [{**one, "label": _words(one["id"])} for one in self.said["assume"]]
        return top

    def _edition(self) -> dict[str, Any]:
        first = next(iter(self.said["questions"]))
        clauses = []
        for clause in self.said["clauses"]:
            then = {"then": {ANSWER: clause["then"]}} if "then" in clause else {}
            clauses.append({"question": first, **clause, **then})
        edition: dict[str, Any] = {
            "edition": "2000-01-01", "note": _words("n"), "clauses": clauses,
            "derived": {
                name: {"is": is_, "label": _words(name)}
                for name, is_ in self.said.get("derived", {}).items()
            },
        }  # fmt: skip
        return edition | ({"groups": self.said["groups"]} if "groups" in self.said else {})

    def _examples(self) -> list[dict[str, Any]]:
        found = []
        for number, case in enumerate(self.cases):
            outcome = {"error": case["error"]} if "error" in case else {}
            outcome = outcome or {"outcome": {ANSWER: case["value"]}}
            facts = {DAY: _DAY, **case["facts"]}
            question = self.question(case)
            one = {"id": f"case-{number}", "question": question, "facts": facts, **outcome}
            found.append(one)
        return found


def catala_cases() -> list[CatalaCase]:
    """Return every case, by its file."""
    found = []
    for path in sorted(FOLDER.rglob("*.yaml")):
        said = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - plain text only
        name = f"{path.parent.name}-{path.stem}"
        found.append(CatalaCase(name, said["source"], said))
    return found


def _type(of: str) -> dict[str, Any]:
    return {"type": "money", "unit": of} if of.isupper() else {"type": of}


def _fact(name: str, of: dict[str, Any]) -> dict[str, Any]:
    fact = {**of, "label": _words(name)}
    if "values" in of:
        fact["values"] = {value: _words(value) for value in of["values"]}
    return fact


def _words(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


def _dumped(content: dict[str, Any]) -> str:
    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    written: str = yaml.dump(content, Dumper=Plain, allow_unicode=True, sort_keys=False)
    return written
