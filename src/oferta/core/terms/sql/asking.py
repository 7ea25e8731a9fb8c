"""One question of one edition as one SELECT."""

from __future__ import annotations

from collections.abc import Sequence

from oferta.core.terms.errors import UnknownQuestion
from oferta.core.terms.sql.codes import Codes
from oferta.core.terms.sql.compiler import Compiler
from oferta.core.terms.sql.limits import Uses
from oferta.core.terms.sql.query import Query
from oferta.core.terms.sql.short import Short
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import Edition, Pack


def to_sql(  # noqa: PLR0913 - what is asked, and options by name
    pack: Pack,
    edition: Edition,
    question_name: str,
    dialect: str = "duckdb",
    *,
    source: str = "events",
    keep: Sequence[str] = (),
    day: str = "",
    uses: Uses | None = None,
    short: bool = False,
    codes: Codes | None = None,
) -> Query:
    """Return a question as one SELECT over a table with a coded column for each fact.

    Whole numbers are BIGINT, truths BOOLEAN, words text, as `types` codes them. Each row gives
    `status`, the masks, the outcome (null unless decided) and what `keep` names. Nothing is
    told of the order of rows: match them by a key that is kept.

    Args:
        pack: the pack asked.
        edition: the edition that decides every row.
        question_name: one of the pack's questions.
        dialect: duckdb, postgres or spark.
        source: the table; its facts keep the bounds of their types.
        keep: columns of the table, or derived facts, to return as they are.
        day: a column with the day of the event, instead of the one that the facts tell.
        uses: sum what limits were used as the rows come, and tell what each row uses in a column
            `_<limit>_used`; otherwise the table has what was used in a column for each limit, as a
            decision does.
        short: leave out the masks: a question that one clause decides then stops at the first
            one (`Query.told`), which is several times quicker.
        codes: of a short query: look codes up in columns that the table has been `joined` with.

    Raises:
        UnknownQuestion: the pack has no such question.
        NotInSql: a time zone comes from a fact of kind text, or limits hang on each other.
    """
    question = pack.questions.get(question_name)
    if question is None:
        known_ = sorted(pack.questions)
        raise UnknownQuestion(pack=pack.name, question=question_name, known=known_)
    subject = Subject(pack, edition, question)
    if short and question.combine == "one":
        return Short(subject, dialect, day, uses, codes).query(source, keep)
    return Compiler(subject, dialect, day, uses).query(source, keep)
