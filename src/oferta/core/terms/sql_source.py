"""The SQL of a condition: which words and signs it may have, and sqlglot's tree of it."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from oferta.core.terms.problems import Code, shown
from oferta.core.terms.scope import BadSource, Fault, refuse

DIALECT = "postgres"
SOURCE_LENGTH_MAX = 8_000
DEPTH_MAX = 25

ALLOWED = (
    "AND, OR, NOT, =, <>, <, <=, >, >=, IN (…), BETWEEN … AND …, IS [NOT] NULL, names, "
    "'text', whole numbers, DATE '…', TRUE and FALSE"
)

_TOKENS = frozenset(
    {
        TokenType.VAR,
        TokenType.STRING,
        TokenType.NUMBER,
        TokenType.EQ,
        TokenType.NEQ,
        TokenType.LT,
        TokenType.LTE,
        TokenType.GT,
        TokenType.GTE,
        TokenType.IN,
        TokenType.BETWEEN,
        TokenType.IS,
        TokenType.NULL,
        TokenType.NOT,
        TokenType.AND,
        TokenType.OR,
        TokenType.TRUE,
        TokenType.FALSE,
        TokenType.L_PAREN,
        TokenType.R_PAREN,
        TokenType.COMMA,
        TokenType.DASH,
    }
)

_HINTS = {
    TokenType.IDENTIFIER: "a name without quotes, or a text in single quotes",
    TokenType.LIKE: "= with a declared value, or IN with a named list",
    TokenType.ILIKE: "= with a declared value, or IN with a named list",
    TokenType.DCOLON: "the literal as it is: it is read by the type of the other side",
    TokenType.SEMICOLON: "one condition and nothing after it",
    TokenType.DOT: "the name of a fact alone",
    TokenType.SELECT: "a named list in IN (…)",
    TokenType.PLUS: "arithmetic in an outcome or in a derived fact",
    TokenType.STAR: "arithmetic in an outcome or in a derived fact",
    TokenType.SLASH: "arithmetic in an outcome or in a derived fact",
    TokenType.MOD: "a percent in quotes, as '1%'; arithmetic belongs in an outcome",
    TokenType.CASE: "a clause for each case",
    TokenType.EXISTS: "a named list in IN (…)",
}

#: Functions that the tokenizer knows as words of their own.
_FUNCTION_WORDS = (TokenType.DATE, TokenType.LEFT, TokenType.RIGHT, TokenType.ROW)

#: Words that the parser takes for functions even without brackets.
_BARE_FUNCTIONS = frozenset({"ANY", "CASE", "CONNECT_BY_ROOT", "IF", "NEXT", "DATE"})


@lru_cache(maxsize=4096)
def reads_as_name(word: str) -> bool:
    """Tell whether SQL takes `word` for the name of a column wherever a condition has one."""
    if word.upper() in _BARE_FUNCTIONS:
        return False
    source = f"{word} IS NULL AND NOT {word} AND {word} = {word} AND {word} IN ({word})"
    try:
        tree = sqlglot.parse_one(source, into=exp.Condition, dialect=DIALECT)
    except SqlglotError:
        return False
    found = [column.name for column in cast("exp.Expr", tree).find_all(exp.Column)]
    return sorted(found) == [word] * source.count(word)


@lru_cache(maxsize=4096)
def parsed(source: str, names: frozenset[str]) -> exp.Expr:
    """Return sqlglot's tree; editions repeat conditions, so each is parsed once."""
    if len(source) > SOURCE_LENGTH_MAX:
        raise refuse(
            Code.CONDITION_SYNTAX,
            f"the condition has {len(source)} characters",
            f"at most {SOURCE_LENGTH_MAX}; a named list shortens it",
        )
    try:
        tokens = sqlglot.tokenize(source, read=DIALECT)
    except (SqlglotError, ValueError, RecursionError) as error:
        raise refuse(
            Code.CONDITION_SYNTAX, "not a condition: a quote or a word is not closed", ALLOWED
        ) from error
    _check_tokens(tokens, names)
    try:
        tree = sqlglot.parse_one(source, into=exp.Condition, dialect=DIALECT)
    except SqlglotError as error:
        raise _syntax(error) from error
    except RecursionError as error:
        raise refuse(Code.CONDITION_SYNTAX, "the condition is nested too deeply") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise refuse(Code.CONDITION_SYNTAX, "not a condition", ALLOWED) from error
    return cast("exp.Expr", tree)


def _syntax(error: SqlglotError) -> BadSource:
    details = getattr(error, "errors", None) or [{}]
    told = details[0].get("description") or ""
    if not told or "<class" in told:  # the parser names its own parts: no help to an author
        told = "it is cut short"
    near = details[0].get("highlight") or ""
    place = f" near {shown(near)}" if near else ""
    return refuse(Code.CONDITION_SYNTAX, f"not a condition{place}: {told.strip('. ')}", ALLOWED)


def _check_tokens(tokens: list[Token], names: frozenset[str]) -> None:
    """Refuse every word and sign that the language does not have, with its place."""
    faults: list[Fault] = []
    nesting = _Nesting()
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        fault = _token_fault(token, following, names)
        if fault is not None:
            faults.append(fault)
        if nesting.after(token) > DEPTH_MAX:
            what, expected = "brackets and NOT are nested too deeply", f"at most {DEPTH_MAX} deep"
            faults.append(Fault(Code.CONDITION_SYNTAX, what, expected, token.start))
            break
    if not tokens:
        faults.append(Fault(Code.EMPTY, "the condition is empty", "TRUE if it always holds"))
    if faults:
        raise BadSource(faults=faults)


class _Nesting:
    """How deep a condition is at a token: open brackets, and the NOTs that wait for their end."""

    def __init__(self) -> None:
        self._nots = [0]

    def after(self, token: Token) -> int:
        """Return the depth with `token`."""
        match token.token_type:
            case TokenType.NOT:
                self._nots[-1] += 1
            case TokenType.L_PAREN:
                self._nots.append(0)
            case TokenType.R_PAREN if len(self._nots) > 1:
                self._nots.pop()
            case TokenType.AND | TokenType.OR:
                self._nots[-1] = 0
            case _:
                pass
        return len(self._nots) - 1 + sum(self._nots)


def _token_fault(token: Token, following: Token | None, names: frozenset[str]) -> Fault | None:
    after = following.token_type if following else None
    odd = _odd_spelling(token, after)
    if odd is not None:
        return _not_allowed(*odd, token)
    if token.token_type is TokenType.DATE and after is TokenType.STRING:
        return None
    is_known = token.token_type in _TOKENS or token.text in names
    is_word = token.text.isidentifier() and token.token_type in (TokenType.VAR, *_FUNCTION_WORDS)
    if is_word and after is TokenType.L_PAREN:
        expected = "a derived fact of the edition, which may use functions"
        return _not_allowed(f"the function {shown(token.text)}", expected, token)
    if is_known and not (is_word and token.text.upper() in _BARE_FUNCTIONS):
        return None
    return _not_allowed(shown(token.text), _HINTS.get(token.token_type, ALLOWED), token)


def _odd_spelling(token: Token, after: TokenType | None) -> tuple[str, str] | None:
    """Return what sqlglot would take and SQL would not, and what was probably meant."""
    if token.comments:
        return "a comment", "a comment of YAML, after #"
    if token.token_type is TokenType.NUMBER and not token.text.isdecimal():
        expected = "a whole number, or a percent or an amount in quotes, as '1.5%'"
        return f"the number {shown(token.text)}", expected
    if token.text == "==":
        return "'=='", "a single ="
    if token.token_type is TokenType.COMMA and after is TokenType.R_PAREN:
        return "a comma before the closing bracket", "the list without it"
    return None


def _not_allowed(what: str, expected: str, token: Token) -> Fault:
    return Fault(Code.NOT_ALLOWED, f"{what} is not allowed in a condition", expected, token.start)
