"""What one edition changes of another: clause by clause, as a reader can follow it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from oferta.core.terms.diff_aspects import Aspect, aspects_of
from oferta.core.terms.lexicon import Lexicon, lexicon
from oferta.core.terms.meaning import QuestionDiff, lines_of, questions_told
from oferta.core.terms.types import Clause, Counting, Derived, Limit, NamedValue
from oferta.core.terms.word_diff import Mark, Piece, item_diff, word_diff
from oferta.kernel.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oferta.core.terms.proving.comparing import Comparison
    from oferta.core.terms.types import Edition, Pack
    from oferta.kernel.i18n import Language

Part = Clause | Limit | NamedValue | Derived | Counting


class Status(StrEnum):
    """What became of a part of the terms."""

    ADDED = "added"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about a clause (or limit, value, …) that is otherwise now."""

    #: Stable: "words", "condition", "outcome.amount", "window", "defeats", "at_most", …
    aspect: str
    #: What the aspect is called.
    label: str
    before: str
    after: str
    pieces: tuple[Piece, ...]
    #: Of words: the languages in which they changed; empty for anything else.
    languages: tuple[Language, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """A clause, limit, named value, derived fact or way of counting, and what became of it."""

    #: "clause", "limit", "value", "derived" or "counting".
    kind: str
    id: str
    title: str
    #: Question of a clause or limit; "" otherwise.
    question: str
    status: Status
    #: Everything it says if it was added or withdrawn.
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class EditionDiff:
    """Everything that differs between two editions, in one language."""

    pack: str
    before: str
    after: str
    language: Language
    digest_before: str
    digest_after: str
    items: tuple[ItemDiff, ...]
    #: Question to whether both editions answer it alike whatever the facts; None: not proved.
    equivalent: Mapping[str, bool | None]
    #: The same in words, with cases that come out otherwise; empty if it was not asked for.
    questions: tuple[QuestionDiff, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain values under these names, which stay."""
        return asdict(self)

    def as_text(self) -> str:
        """Return it for a terminal: [-gone-] and {+new+} inside the words."""
        return _told(self)


def diff(
    pack: Pack,
    before: Edition,
    after: Edition,
    language: Language,
    meaning: Mapping[str, Comparison] | None = None,
) -> EditionDiff:
    """Return what `after` changes of `before`, in the words of `language`.

    Args:
        pack: the pack of both.
        before: the edition that is left.
        after: the edition that takes its place.
        language: of the reader.
        meaning: what `meaning.meaning_of` proved of each question; None: only texts are compared.
    """
    proved = meaning or {}
    old, new = lexicon(pack, before, language), lexicon(pack, after, language)
    return EditionDiff(
        pack=pack.name,
        before=before.id,
        after=after.id,
        language=language,
        digest_before=before.digest,
        digest_after=after.digest,
        items=tuple(_items(old, new)),
        equivalent={
            name: proved[name].equal if name in proved else None for name in pack.questions
        },
        questions=questions_told(pack, (before, after), proved, language),
    )


def _items(old: Lexicon, new: Lexicon) -> Iterator[ItemDiff]:
    for kind in ("clause", "limit", "value", "derived", "counting"):
        had, has = _parts(old.edition, kind), _parts(new.edition, kind)
        ids = [*has, *(id_ for id_ in had if id_ not in has)]
        found = [_item(kind, (old, had.get(id_)), (new, has.get(id_))) for id_ in ids]
        found.sort(key=lambda item: list(Status).index(item.status))  # stable: published order
        yield from (item for item in found if item.changes)


def _parts(edition: Edition, kind: str) -> Mapping[str, Part]:
    found: dict[str, Mapping[str, Part]] = {
        "clause": edition.clauses,
        "limit": edition.limits,
        "value": edition.values,
        "derived": edition.derived,
        "counting": edition.countings,
    }
    return found[kind]


def _item(
    kind: str, before: tuple[Lexicon, Part | None], after: tuple[Lexicon, Part | None]
) -> ItemDiff:
    (old, had), (new, has) = before, after
    if has is not None:
        terms, part, status = new, has, Status.CHANGED if had is not None else Status.ADDED
    else:
        assert had is not None  # noqa: S101 - one of the two has it
        terms, part, status = old, had, Status.WITHDRAWN
    return ItemDiff(
        kind=kind,
        id=part.id if isinstance(part, Clause | Limit) else part.name,
        title=_title(terms, part),
        question=part.question if isinstance(part, Clause | Limit) else "",
        status=status,
        changes=tuple(_changes(before, after)),
    )


def _title(terms: Lexicon, part: Part) -> str:
    if isinstance(part, Clause | Limit):
        text = terms.text(part.id)
        return text.title if text else part.id
    return part.name if isinstance(part, Counting) else part.label[terms.language]


def _changes(
    before: tuple[Lexicon, Part | None], after: tuple[Lexicon, Part | None]
) -> Iterator[Change]:
    (old, had), (new, has) = before, after
    was = {aspect.name: aspect for aspect in aspects_of(old, had)}
    now = {aspect.name: aspect for aspect in aspects_of(new, has)}
    for name in dict.fromkeys([*now, *was]):
        change = _change(was.get(name), now.get(name))
        if change is None and name == "words" and had is not None and has is not None:
            change = _other_words(now[name], _languages(old, new, had, has))
        elif change is not None and name == "words":
            change = _other_words(change, _languages(old, new, had, has))
        if change is not None:
            yield change


def _change(was: Aspect | None, now: Aspect | None) -> Change | None:
    if was and now and was.rests_on == now.rests_on:
        return None
    shown = now or was
    assert shown is not None  # noqa: S101 - the name came from one of the two
    before, after = was.said if was else "", now.said if now else ""
    if was and now and before == after:
        before, after = was.source, now.source  # a sentence may leave out what a list goes on with
    if before == after:
        return None
    pieces = item_diff(was.items, now.items) if was and now and now.items else ()
    return Change(shown.name, shown.label, before, after, pieces or word_diff(before, after))


def _other_words(found: Aspect | Change, languages: tuple[Language, ...]) -> Change | None:
    """Return the change of words with the languages in which there is one; None without any."""
    if not languages:
        return None
    if isinstance(found, Aspect):  # unchanged in the reader's own language
        same = (Piece(Mark.SAME, found.said),)
        return Change("words", found.label, found.said, found.said, same, languages)
    return Change("words", found.label, found.before, found.after, found.pieces, languages)


def _languages(
    old: Lexicon, new: Lexicon, had: Part | None, has: Part | None
) -> tuple[Language, ...]:
    before, after = getattr(had, "id", ""), getattr(has, "id", "")
    return tuple(
        language
        for language in LANGUAGES
        if _words(old.edition, language, before) != _words(new.edition, language, after)
    )


def _words(edition: Edition, language: Language, id_: str) -> tuple[str, str] | None:
    text = edition.text.get(language, {}).get(id_)
    return (text.title, text.body) if text else None


def grouped(items: tuple[ItemDiff, ...]) -> list[tuple[ItemDiff, ...]]:
    """Return the items, those that changed in exactly the same way together: one is read once."""
    found: dict[object, list[ItemDiff]] = {}
    for item in items:
        alike = (item.kind, item.changes) if item.status is Status.CHANGED else (item.kind, item.id)
        found.setdefault(alike, []).append(item)
    return [tuple(group) for group in found.values()]


# --- for a terminal -------------------------------------------------------------------------------

_SIGNS = {Status.ADDED: "+", Status.WITHDRAWN: "-", Status.CHANGED: "~"}


def _told(found: EditionDiff) -> str:
    """Return the differences as lines of text."""
    lines = [f"{found.pack}: {found.before} → {found.after}"]
    for group in grouped(found.items):
        lines.append("")
        lines += [f"{_SIGNS[one.status]} {one.title} [{one.kind} {one.id}]" for one in group]
        for change in group[0].changes:
            where = f" ({', '.join(change.languages)})" if change.languages else ""
            lines.append(f"    {change.label}{where}: {_inline(change.pieces)}")
    lines += lines_of(found.questions, found.language)
    return "\n".join(lines)


def _inline(pieces: tuple[Piece, ...]) -> str:
    around: dict[Mark, tuple[str, str]] = {
        Mark.SAME: ("", ""),
        Mark.GONE: ("[-", "-]"),
        Mark.NEW: ("{+", "+}"),
    }
    return "".join(f"{around[p.mark][0]}{p.text}{around[p.mark][1]}" for p in pieces)
