"""The form that answers a case: corrected facts or a granted outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oferta.core.cases.errors import BadResolution
from oferta.core.cases.types import Resolution, Status
from oferta.core.decisions.types import Decision
from oferta.core.parties.types import Actor
from oferta.core.terms import shelf
from oferta.core.terms.types import Kind
from oferta.core.terms.values import write_value
from oferta.kernel.i18n import Language

#: How an empty fact is written in the form.
NULL = "—"


@dataclass(frozen=True, slots=True)
class Input:
    """One value that staff may change."""

    name: str
    label: str
    value: str
    #: Value and label of each choice; empty: free text.
    choices: tuple[tuple[str, str], ...] = ()


def fact_inputs(decision: Decision, language: Language, given: Mapping[str, str]) -> list[Input]:
    """Return an input for each fact of the question, filled with what the decision rests on."""
    pack = shelf.terms().pack(decision.pack)
    return [
        Input(
            name=f"fact.{name}",
            label=fact.label[language],
            value=given.get(f"fact.{name}", _text(decision.facts.get(name))),
            choices=_choices(fact.type, fact.value_labels, language),
        )
        for name in pack.questions[decision.question].facts
        for fact in (pack.facts[name],)
    ]


def outcome_inputs(decision: Decision, language: Language, given: Mapping[str, str]) -> list[Input]:
    """Return an input for each field of the answer, filled with the outcome there is."""
    question = shelf.terms().pack(decision.pack).questions[decision.question]
    outcome = decision.outcome or {}
    return [
        Input(
            name=f"outcome.{field.name}",
            label=field.label[language],
            value=given.get(
                f"outcome.{field.name}",
                write_value(outcome[field.name], field.type) if field.name in outcome else "",
            ),
        )
        for field in question.answer
    ]


def resolution(given: Mapping[str, str], decision: Decision | None, actor: Actor) -> Resolution:
    """Read the form; `decision` is None where the case is about a customer.

    Raises:
        BadResolution: no such answer, or corrected facts that correct nothing.
    """
    answer = given.get("answer", "")
    reason = given.get("reason", "")
    if answer == "reject":
        return Resolution(status=Status.REJECTED, reason=reason, actor=actor)
    status = Status.PARTLY_UPHELD if given.get("partly") else Status.UPHELD
    if answer == "uphold" and decision is None:
        return Resolution(status=status, reason=reason, actor=actor)
    if answer == "facts" and decision is not None:
        facts = _changed_facts(given, decision)
        return Resolution(status=status, reason=reason, actor=actor, facts=facts)
    if answer == "grant" and decision is not None:
        outcome = {
            name.removeprefix("outcome."): value.strip()
            for name, value in given.items()
            if name.startswith("outcome.")
        }
        return Resolution(status=status, reason=reason, actor=actor, outcome=outcome)
    raise BadResolution(field="answer", given=answer, expected="reject, facts, grant, uphold")


def _changed_facts(given: Mapping[str, str], decision: Decision) -> dict[str, object]:
    changed: dict[str, object] = {}
    for name in shelf.terms().pack(decision.pack).questions[decision.question].facts:
        typed = given.get(f"fact.{name}", "").strip()
        if typed != _text(decision.facts.get(name)):
            changed[name] = None if typed == NULL else typed
    if not changed:
        raise BadResolution(field="facts", given="no change", expected="a corrected fact")
    return changed


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _choices(
    type_: Any, labels: Mapping[str, Mapping[Language, str]], language: Language
) -> tuple[tuple[str, str], ...]:
    null = ((NULL, NULL),) if type_.nullable else ()
    if type_.kind is Kind.ENUM:
        return null + tuple((value, labels[value][language]) for value in type_.values)
    if type_.kind is Kind.BOOLEAN:
        return (*null, ("true", "✓"), ("false", "✗"))
    return ()
