"""`oferta terms`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oferta.core.terms.check import check as check_pack
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import Stopped, UnknownPack
from oferta.core.terms.explain import explain, explain_stopped
from oferta.core.terms.facts import question_facts
from oferta.core.terms.lexicon import lexicon
from oferta.core.terms.loader import load_pack
from oferta.core.terms.printing import QuestionPrinted, printed
from oferta.core.terms.types import Kind, Type
from oferta.core.terms.values import BadValue, expected_of, parse_value, write_value
from oferta.kernel.clock import now
from oferta.kernel.i18n import LANGUAGES, Language, language_of
from oferta.project.cli.commands import Command, LazyGroup
from oferta.project.cli.exits import Exit
from oferta.project.cli.facts_file import read_facts_file
from oferta.project.cli.output import Output
from oferta.project.config import read_config

if TYPE_CHECKING:
    from oferta.core.terms.check import CheckReport
    from oferta.core.terms.engine import Asked
    from oferta.core.terms.explanation import Explanation
    from oferta.core.terms.types import Decided, Edition, Pack

_DATE = Type(Kind.DATE)


#: Commands that live in modules of their own, imported only when they are called.
_LAZY = {
    "diff": "oferta.project.cli.terms_editions:diff",
    "publish": "oferta.project.cli.terms_editions:publish",
    "simulate": "oferta.project.cli.terms_simulate:simulate_command",
}


@click.group(cls=LazyGroup, lazy=_LAZY)
def terms() -> None:
    """Check packs of terms and ask them questions.

    PACK is a pack's folder, or the name of a pack in the folder of terms (OFERTA_TERMS, usually
    ./terms). No database is needed.
    """


def _day(_ctx: click.Context, _option: click.Parameter, given: str | None) -> int | None:
    if given is None:
        return None
    try:
        return int(parse_value(given, _DATE) or 0)
    except BadValue as error:
        raise click.BadParameter(f"{error.given} is not {error.expected}") from error


def _language(_ctx: click.Context, _option: click.Parameter, given: str) -> Language:
    found, other = language_of(given, "en"), language_of(given, "ru")
    if found != other:  # only an unknown tag takes the default
        raise click.BadParameter(f"'{given}' is not one of {', '.join(LANGUAGES)}")
    return found


pack_argument = click.argument("pack")
_on = click.option("--on", callback=_day, metavar="DATE", help="Day of the event, as 2024-04-16.")
_edition = click.option("--edition", metavar="ID", help="Edition, instead of the one of the day.")
lang_option = click.option(
    "--lang", default="en", callback=_language, show_default=True, help=", ".join(LANGUAGES)
)


@terms.command("check", cls=Command, example="oferta terms check terms/bonus-club")
@pack_argument
@click.option("--no-proof", is_flag=True, help="Leave the proofs out: only load and run examples.")
@click.pass_obj
def check(out: Output, pack: str, *, no_proof: bool) -> int | None:
    """Load a pack, run its worked examples, prove it whole and list every problem.

    Each line says file, line, clause, what is wrong and what was expected. A gap, a conflict or an
    outcome out of bounds comes with facts that show it, as a worked example to paste. Exit 1 if
    there is any problem; a note is none.
    """
    today = parse_value(now().date(), _DATE)
    with out.progress("proving") as advance:
        report = check_pack(
            folder_of(pack), proofs=not no_proof, today=int(today or 0), told=lambda _: advance(1)
        )
    examples = len(report.loaded.examples) if report.loaded else 0
    data = {
        "pack": report.pack,
        "sound": report.sound,
        "examples": examples,
        "problems": [asdict(problem) for problem in report.problems],
        "findings": [asdict(finding) for finding in report.findings],
    }
    out.emit(data, _checked(report, examples, proved=not no_proof))
    return None if report.sound else Exit.FOUND_PROBLEMS


def _checked(report: CheckReport, examples: int, *, proved: bool) -> str:
    told = {finding.problem: finding for finding in report.findings}
    notes = [f"note: {one.as_text()}" for one in report.findings if one.note]
    if report.sound:
        end = "; proved whole" if proved else ""
        sound = f"{report.pack}: sound, {examples} worked examples come out as written{end}"
        return "\n".join([*notes, sound])
    lines = [told[one].as_text() if one in told else str(one) for one in report.problems]
    count = len(report.problems)
    end = f"{report.pack}: {count} problem{'' if count == 1 else 's'}"
    return "\n".join([*lines, *notes, end])


@terms.command(
    "decide", cls=Command, example="oferta terms decide bonus-club bank_bonus --facts facts.yaml"
)
@pack_argument
@click.argument("question")
@click.option("--facts", required=True, metavar="FILE", help="JSON or YAML; - for standard input.")
@_on
@_edition
@lang_option
@click.option("--full", is_flag=True, help="Tell of every clause, not only of those that mattered.")
@click.pass_obj
def decide(out: Output, /, pack: str, question: str, **options: Any) -> int | None:
    """Answer a question on given facts and explain the answer.

    `oferta terms facts PACK QUESTION` prints a file of facts to start from. Nothing is stored.
    A gap or a conflict is explained too and ends with exit 3.
    """
    loaded = load_pack(folder_of(pack))
    given = read_facts_file(options["facts"])
    asked = Terms([loaded]).read(loaded.name, question, given, options["on"], options["edition"])
    language, full = options["lang"], options["full"]
    try:
        decided = asked.decide()
    except Stopped as stopped:
        told = explain_stopped(loaded, stopped, _complete(asked), asked.day, language, full=full)
        data = {**stopped.as_json(), "explanation": told.as_json(), "exit": int(Exit.REFUSED)}
        out.emit(data, told.as_text())
        return Exit.REFUSED
    told = explain(loaded, decided, language, full=full)
    out.emit(_decided(decided, told), told.as_text())
    return None


def _complete(asked: Asked) -> dict[str, Any]:
    return {**dict.fromkeys(asked.program.names, 0), **asked.facts}


def _decided(decided: Decided, told: Explanation) -> dict[str, Any]:
    return {
        "pack": decided.pack,
        "question": decided.question,
        "edition": decided.edition,
        "digest": told.edition.digest,
        "day": told.day,
        "outcome": {field.name: field.value for field in told.outcome},
        "decided_by": list(decided.decided_by),
        "mask": decided.mask,
        "explanation": told.as_json(),
    }


@terms.command(
    "show", cls=Command, example="oferta terms show bonus-club --on 2024-05-16 --lang kk"
)
@pack_argument
@_on
@_edition
@lang_option
@click.pass_obj
def show(out: Output, pack: str, on: int | None, edition: str | None, lang: Language) -> None:
    """Print an edition: each clause with its words and its condition as a sentence.

    Without --on or --edition it is the newest edition.
    """
    loaded = load_pack(folder_of(pack))
    chosen = _chosen(loaded, on, edition)
    questions = printed(loaded, chosen, lang)
    data = {
        "pack": loaded.name,
        "edition": chosen.id,
        "digest": chosen.digest,
        "questions": [asdict(question) for question in questions],
    }
    out.emit(data, "\n".join(_printed(loaded, chosen, questions, lang)))


def _chosen(pack: Pack, on: int | None, edition: str | None) -> Edition:
    engine = Terms([pack])
    if edition is not None:
        return engine.edition_called(pack.name, edition)
    return pack.editions[-1] if on is None else engine.edition(pack.name, on)


def _printed(
    pack: Pack, edition: Edition, questions: tuple[QuestionPrinted, ...], language: Language
) -> list[str]:
    say = lexicon(pack, edition, language).words.say
    lines = [f"{pack.title[language]} · {edition.id}", edition.note[language]]
    for question in questions:
        lines += ["", f"{question.label} [{question.name}]"]
        for clause in question.clauses:
            lines += ["", f"  {clause.title} [{clause.id}]", f"    {clause.words}"]
            lines.append(f"    {say('heading.condition')}: {clause.condition}")
            lines += [f"    {field.label} = {field.formula}" for field in clause.outcome]
            if clause.defeats:
                lines.append(f"    {say('heading.defeats')}: {', '.join(clause.defeats)}")
            if clause.window:
                lines.append(f"    {say('heading.window')}: {clause.window}")
            lines.append(f"    {say('heading.sources')}: {', '.join(clause.cites)}")
        for limit in question.limits:
            lines += ["", f"  {limit.label} [{limit.id}]", f"    {limit.words}"]
            lines.append(f"    {limit.at_most} / {limit.period} · {', '.join(limit.per)}")
    return lines


@terms.command(
    "facts", cls=Command, example="oferta terms facts bonus-club bank_bonus > facts.yaml"
)
@pack_argument
@click.argument("question")
@_edition
@lang_option
@click.pass_obj
def facts(out: Output, pack: str, question: str, edition: str | None, lang: Language) -> None:
    """Print what a question asks for, as a file of facts to start from.

    The values are those of the question's first worked example, where there is one.
    """
    loaded = load_pack(folder_of(pack))
    chosen = _chosen(loaded, None, edition)
    types = question_facts(loaded, question, chosen)
    names = lexicon(loaded, chosen, lang)
    example = _example(loaded, question, types)
    rows = [
        {
            "name": name,
            "type": str(type_.kind),
            "nullable": type_.nullable,
            "expected": expected_of(type_),
            "label": names.label(name),
            "example": example[name],
        }
        for name, type_ in types.items()
    ]
    out.emit(
        {"pack": loaded.name, "question": question, "edition": chosen.id, "facts": rows},
        _facts_file(rows),
    )


def _example(pack: Pack, question: str, types: dict[str, Type]) -> dict[str, str]:
    """Return a value for every fact: of the first example that is decided, else a plain one."""
    shown = next(
        (one.facts for one in pack.examples if one.question == question and not one.error), {}
    )
    return {
        name: _written(shown[name]) if name in shown else _plain_value(type_)
        for name, type_ in types.items()
    }


def _written(value: object) -> str:
    return "null" if value is None else str(value)


def _plain_value(type_: Type) -> str:
    if type_.nullable:
        return "null"
    match type_.kind:
        case Kind.ENUM:
            return type_.values[0]
        case Kind.BOOLEAN:
            return "false"
        case Kind.TEXT:
            return "a-name"
        case _:
            return write_value(type_.minimum or 0, type_)


def _facts_file(rows: list[dict[str, Any]]) -> str:
    """Return YAML with what each fact is in a comment above it."""
    lines = []
    for row in rows:
        lines += [f"# {row['label']}: {row['expected']}", f"{row['name']}: {row['example']}"]
    return "\n".join(lines)


def folder_of(pack: str) -> Path:
    """Return the folder of a pack, given by path or by name.

    Raises:
        UnknownPack: it is neither.
    """
    folder = read_config().terms
    for path in (Path(pack), folder / pack):
        if pack and path.is_dir():
            return path.resolve()
    known = sorted(path.parent.name for path in folder.glob("*/terms.yaml"))
    raise UnknownPack(pack=pack, known=known)
