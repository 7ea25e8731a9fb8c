"""Loads a pack: every file read, everything checked, every problem told."""

from __future__ import annotations

from pathlib import Path

from oferta.core.terms.checks import check_edition, last_day_of
from oferta.core.terms.declarations import read_declarations
from oferta.core.terms.declared import Declarations
from oferta.core.terms.digest import digest_of
from oferta.core.terms.doubts import report_unknown
from oferta.core.terms.draft import Doubt, Draft
from oferta.core.terms.editions import build_draft
from oferta.core.terms.errors import PackInvalid
from oferta.core.terms.examples import read_examples
from oferta.core.terms.files import PackFiles
from oferta.core.terms.parts import Part, edition_day, merge_parts, read_part
from oferta.core.terms.problems import Code, Report
from oferta.core.terms.publication import check_published
from oferta.core.terms.reader import as_shape
from oferta.core.terms.relation_source import read_relations
from oferta.core.terms.texts import Passage, check_passages, read_passages, words_of_edition
from oferta.core.terms.types import ClauseText, Edition, Pack, Place
from oferta.core.terms.yaml_source import Mapping, read_yaml
from oferta.kernel.i18n import LANGUAGES, Language

TERMS = "terms.yaml"
EXAMPLES = "examples.yaml"


def load_pack(folder: Path) -> Pack:
    """Return the pack in `folder`, read, checked and ready to be compiled.

    Raises:
        PackInvalid: anything is wrong with it; lists every problem found, by file and line.
    """
    report = Report()
    files = PackFiles(Path(folder), report)
    pack = _load(files, report) if files.found() else None
    if pack is not None:
        check_published(pack, report)
    problems = report.problems()
    if problems or pack is None:
        raise PackInvalid(pack=files.name, problems=problems)
    return pack


def _load(files: PackFiles, report: Report) -> Pack | None:
    root = _mapping(files, TERMS, report)
    declared = read_declarations(root, report) if root else None
    parts, known = _parts(files, report)
    if declared is None or root is None:
        return None
    read_relations(root, declared, report)
    if declared.name and declared.name != files.name:
        report.add(
            Code.PACK_NAME, root.keys["pack"], "pack",
            f"the pack is named {declared.name!r} but its folder {files.name!r}",
            "the folder's name",
        )  # fmt: skip
    passages = {language: _passages(files, language, report) for language in LANGUAGES}
    merged = merge_parts(parts, known, report)
    editions, doubts = _editions(merged, known, declared, passages, report)
    worked = _mapping(files, EXAMPLES, report)
    ids = _ids(merged)
    # Where an edition could not be read, words and examples would seem to be about nothing.
    is_whole = len(merged) == len(known)
    if is_whole:
        for found in passages.values():
            check_passages(found or [], ids, known, report)
    examples = read_examples(worked, declared, editions, ids, report) if worked and is_whole else ()
    pack = Pack(
        name=declared.name,
        publisher=declared.publisher,
        title=declared.title,
        authoritative=declared.authoritative,
        facts=declared.facts,
        lists={name: found.values for name, found in declared.lists.items()},
        list_labels=declared.list_labels,
        calendars=declared.calendars,
        questions=declared.questions,
        editions=tuple(editions),
        examples=examples,
        folder=files.folder,
        assumptions=declared.assumptions,
    )
    report_unknown(pack, doubts, report)
    return pack


def _mapping(files: PackFiles, file: str, report: Report) -> Mapping | None:
    text = files.read(file)
    node = None if text is None else read_yaml(text, file, report)
    return None if node is None else as_shape(node, Mapping, "", report)


def _parts(files: PackFiles, report: Report) -> tuple[list[Part], list[str]]:
    """Return the editions that could be read, oldest first, and the ids of all."""
    parts = []
    known = []
    for stem in files.edition_stems():
        if edition_day(stem) is not None:
            known.append(stem)
        root = _mapping(files, f"editions/{stem}.yaml", report)
        part = read_part(root, stem, report) if root else None
        if part is not None:
            parts.append(part)
    return parts, known


def _passages(files: PackFiles, language: Language, report: Report) -> list[Passage] | None:
    file = f"text/{language}.md"
    text = files.read(file)
    return None if text is None else read_passages(text, file, report)


def _editions(
    merged: list[Part],
    known: list[str],
    declared: Declarations,
    passages: dict[Language, list[Passage] | None],
    report: Report,
) -> tuple[list[Edition], list[tuple[str, Doubt]]]:
    editions, doubts = [], []
    starts = [start for start in map(edition_day, known) if start is not None]
    for part in merged:
        draft = build_draft(part, declared, report)
        check_edition(draft, last_day_of(part, starts))
        wanted = {*part.sections["clauses"], *part.sections["limits"]}
        text = _text(part, wanted, passages, report)
        editions.append(_edition(draft, text))
        doubts += [(part.id, one) for one in draft.doubts]
    return editions, doubts


def _ids(merged: list[Part]) -> set[str]:
    """Return the ids of every clause and limit, also of those that could not be read."""
    return {id_ for part in merged for name in ("clauses", "limits") for id_ in part.sections[name]}


def _text(
    part: Part,
    wanted: set[str],
    passages: dict[Language, list[Passage] | None],
    report: Report,
) -> dict[Language, dict[str, ClauseText]]:
    text = {}
    for language, found in passages.items():
        text[language] = words_of_edition(found or [], part.id, wanted)
        if found is None:
            continue
        for id_ in sorted(wanted - set(text[language])):
            report.add(
                Code.TEXT_MISSING, Place(f"text/{language}.md", 0), id_,
                f"no words for {id_!r} in the edition {part.id}", f"a heading '## {id_}: …'",
            )  # fmt: skip
    return text


def _edition(draft: Draft, text: dict[Language, dict[str, ClauseText]]) -> Edition:
    part = draft.part
    return Edition(
        id=part.id,
        start=part.start,
        note=part.note,
        values=draft.values,
        derived=draft.derived,
        countings=draft.countings,
        clauses=draft.clauses,
        limits=draft.limits,
        settles=part.settles,
        open_points=part.open_points,
        text=text,
        digest=digest_of(draft, text),
        place=part.place,
    )
