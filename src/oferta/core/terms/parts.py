"""One edition's file as written, and what stands in an edition once amendments are worked in."""

from __future__ import annotations

from dataclasses import dataclass, field

from oferta.core.terms.problems import Code, Report, choices, shown
from oferta.core.terms.reader import Fields, as_shape, check_id, check_name, entries_of
from oferta.core.terms.types import Choice, Kind, Place, Type, Words
from oferta.core.terms.values import BadValue, parse_value
from oferta.core.terms.yaml_source import Mapping, Scalar, Sequence

_KEYS = (
    "edition",
    "amends",
    "note",
    "settles",
    "open_points",
    "values",
    "countings",
    "derived",
    "groups",
    "clauses",
    "limits",
    "withdrawn",
)

#: Sections by name, and whether their keys are ids (kebab-case) or names (snake_case).
_MAPPED = {"values": check_name, "countings": check_id, "derived": check_name}
_LISTED = ("clauses", "limits")
Section = dict[str, tuple[Place, Mapping]]


@dataclass(slots=True)
class Part:
    """One edition, first as its file has it, then with what it amends."""

    id: str
    start: int
    place: Place
    amends: str = ""
    note: Words = field(default_factory=dict)
    settles: tuple[Choice, ...] = ()
    open_points: tuple[str, ...] = ()
    withdrawn: tuple[Scalar, ...] = ()
    sections: dict[str, Section] = field(default_factory=dict)
    #: A name for several clauses.
    groups: dict[str, tuple[Scalar, ...]] = field(default_factory=dict)


def edition_day(name: str) -> int | None:
    """Return the coded day that an edition's id names, or None."""
    try:
        day = parse_value(name, Type(Kind.DATE))
    except BadValue:
        return None
    return day if isinstance(day, int) else None


def read_part(root: Mapping, stem: str, report: Report) -> Part | None:
    """Return what an edition's file says; None if its id is wrong."""
    top = Fields(root, _KEYS, "", report)
    edition = top.text("edition")
    start = edition_day(stem)
    if start is None or (edition and edition != stem):
        top.add(
            Code.EDITION_NAME, "edition",
            f"the file is named {shown(stem)} and the edition {shown(edition)}",
            "both the same first day in force, as 2017-01-01",
        )  # fmt: skip
        return None
    part = Part(stem, start, Place(root.file, top.at("edition").line))
    part.amends = top.text("amends", required=False)
    part.note = top.words("note")
    part.settles = top.settles()
    part.open_points = top.cites("open_points")
    part.withdrawn = top.names("withdrawn")
    if part.withdrawn and not part.amends:
        top.add(Code.WITHDRAWN, "withdrawn", "nothing is amended", "amends: the edition before")
    for section, check in _MAPPED.items():
        node = top.get(section, Mapping, required=False)
        entries = entries_of(node, "", report)
        part.sections[section] = {
            name: (place, item) for name, place, item in entries if check(name, place, report)
        }
    part.groups = _groups(top, report)
    for section in _LISTED:
        listed = top.get(section, Sequence, required=section == "clauses" and not part.amends)
        part.sections[section] = _with_ids(listed, section, report)
    return part


def _groups(top: Fields, report: Report) -> dict[str, tuple[Scalar, ...]]:
    node = top.get("groups", Mapping, required=False)
    found: dict[str, tuple[Scalar, ...]] = {}
    if node is None:
        return found
    fields = Fields(node, node.entries, "groups", report)
    for name, place in node.keys.items():
        if check_id(name, place, report):
            found[name] = fields.names(name)
            if not found[name] and fields.get(name, Sequence) is not None:
                fields.add(Code.EMPTY, name, f"the group {shown(name)} is empty", "clause ids")
    return found


def _with_ids(node: Sequence | None, section: str, report: Report) -> Section:
    found: Section = {}
    for item in node.items if node else ():
        mapping = as_shape(item, Mapping, "", report, name=section)
        if mapping is None:
            continue
        id_node = mapping.entries.get("id")
        if not isinstance(id_node, Scalar) or id_node.is_null:
            report.add(Code.MISSING_KEY, mapping, section, "'id' is missing", "an id")
        elif check_id(id_node.text, id_node, report):
            if id_node.text in found:
                report.add(
                    Code.DUPLICATE_ID, id_node, id_node.text,
                    f"the id {shown(id_node.text)} stands twice, first on line "
                    f"{found[id_node.text][0].line}", "another id",
                )  # fmt: skip
            else:
                found[id_node.text] = (Place(id_node.file, id_node.line), mapping)
    return found


def merge_parts(parts: list[Part], known: list[str], report: Report) -> list[Part]:
    """Work amendments in, oldest edition first.

    Args:
        parts: the editions that could be read.
        known: ids of all editions of the pack, also of those that could not.
        report: takes what is wrong with `amends` and `withdrawn`.

    Returns:
        Whole editions; those that amend one that could not be read are left out.
    """
    merged: dict[str, Part] = {}
    before: str | None = None
    for part in parts:
        base = _base(part, before, merged, known, report)
        if not part.amends or base is not None:
            _check_ids(part, base, report)
            merged[part.id] = part if base is None else _amended(base, part, report)
        before = part.id
    return list(merged.values())


def _base(
    part: Part, before: str | None, merged: dict[str, Part], known: list[str], report: Report
) -> Part | None:
    if not part.amends:
        return None
    if part.amends not in known:
        report.add(
            Code.UNKNOWN_EDITION, part.place, "amends",
            f"{shown(part.amends)} is not an edition of this pack",
            choices(part.amends, [name for name in known if name < part.id]),
        )  # fmt: skip
        return None
    earlier = [name for name in known if name < part.id]
    if not earlier or part.amends != earlier[-1]:
        report.add(
            Code.AMENDS, part.place, "amends",
            f"{part.id} amends {part.amends}, which is not the edition before it",
            earlier[-1] if earlier else "no amends: it is the first edition",
        )  # fmt: skip
        return None
    return merged.get(part.amends) if before == part.amends else None


def _amended(base: Part, part: Part, report: Report) -> Part:
    sections = {name: {**section, **part.sections[name]} for name, section in base.sections.items()}
    _withdraw(sections, part, report)
    settled = {choice.requirement for choice in part.settles}
    kept = tuple(choice for choice in base.settles if choice.requirement not in settled)
    return Part(
        id=part.id,
        start=part.start,
        place=part.place,
        amends=part.amends,
        note=part.note,
        settles=kept + part.settles,
        open_points=part.open_points,
        sections=sections,
        groups={**base.groups, **part.groups},
    )


def _withdraw(sections: dict[str, Section], part: Part, report: Report) -> None:
    clauses, limits = sections["clauses"], sections["limits"]
    own = {*part.sections["clauses"], *part.sections["limits"]}
    known = [*clauses, *limits]
    for item in part.withdrawn:
        if item.text in own:
            report.add(
                Code.WITHDRAWN, item, item.text,
                f"{shown(item.text)} is withdrawn and written anew", "one of the two",
            )  # fmt: skip
        elif clauses.pop(item.text, None) is None and limits.pop(item.text, None) is None:
            report.add(
                Code.WITHDRAWN, item, item.text,
                f"{shown(item.text)} is no clause or limit of {part.amends}",
                choices(item.text, known),
            )  # fmt: skip


def _check_ids(part: Part, base: Part | None, report: Report) -> None:
    """Report a limit with the id of a clause: they share the headings of the texts."""
    clauses = {*part.sections["clauses"], *(base.sections["clauses"] if base else ())}
    withdrawn = {item.text for item in part.withdrawn}
    for name, (place, _) in part.sections["limits"].items():
        if name in clauses - withdrawn:
            report.add(
                Code.DUPLICATE_ID, place, name, f"{shown(name)} is a clause already", "another id"
            )
