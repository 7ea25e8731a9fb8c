"""Plans by name: how the outcome of a service's questions becomes transfers and a notice.

A plan is named, not passed, so that an override made years later at the desk plans the new outcome
exactly as the service would. `project/wiring.py` registers every plan of every service.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from oferta.core.decisions.errors import BadEvent, UnknownPlan
from oferta.core.decisions.types import Event, Outcomes, Plan, Planner

_planners: dict[str, Planner] = {}

#: What a plan finds in an event's context: name to type. A `date` is an ISO day.
Shape: TypeAlias = Mapping[str, type]
_shapes: dict[str, Shape] = {}


def no_movement(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Plan nothing: for questions whose answer moves no money and tells nobody."""
    del outcomes, context
    return Plan()


def register(planners: Mapping[str, Planner]) -> None:
    """Add plans by name, replacing those of the same name."""
    _planners.update(planners)


def planner(name: str) -> Planner:
    """Return the plan registered as `name`.

    Raises:
        UnknownPlan: there is none.
    """
    found = _planners.get(name)
    if found is None:
        raise UnknownPlan(plan=name, known=sorted(_planners))
    return found


def plan(event: Event, outcomes: Outcomes) -> Plan:
    """Return what follows from an event's outcomes.

    Raises:
        UnknownPlan: there is none of that name.
        BadEvent: the plan does not fit the event's questions, or misses something in its context.
    """
    try:
        return planner(event.plan)(outcomes, event.context)
    except KeyError as error:
        raise BadEvent(
            key=event.key, field="context", given=event.plan, expected=f"{error.args[0]}"
        ) from error


def register_shapes(shapes: Mapping[str, Shape]) -> None:
    """Say what plans find in the context of events that callers outside the process send."""
    _shapes.update(shapes)


def check_context(name: str, key: str, context: Mapping[str, Any]) -> None:
    """Refuse an event from outside whose context is not what its plan needs.

    The process's own services are trusted to know their plans; others are not.

    Args:
        name: of the plan.
        key: of the event.
        context: of the event.

    Raises:
        UnknownPlan: there is none, or none for callers outside the process.
        BadEvent: something in the context is missing, unknown or of another type.
    """
    shape = _shapes.get(name)
    if shape is None:
        raise UnknownPlan(plan=name, known=sorted(_shapes))
    for field in sorted(shape.keys() | context.keys()):
        expected = shape.get(field)
        if field in context and expected is not None and _fits(context[field], expected):
            continue
        raise BadEvent(
            key=key,
            field=f"context.{field}",
            given=str(context.get(field, ""))[:200],
            expected="nothing" if expected is None else expected.__name__,
        )


def _fits(value: object, expected: type) -> bool:
    if expected is not date:
        return value.__class__ is expected
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


register({"none": no_movement})
register_shapes({"none": {}})
