"""Plans by name: how the outcome of a service's questions becomes transfers and a notice.

A plan is named, not passed, so that an override made years later at the desk plans the new outcome
exactly as the service would. `project/wiring.py` registers every plan of every service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oferta.core.decisions.errors import UnknownPlan
from oferta.core.decisions.types import Outcomes, Plan, Planner

_planners: dict[str, Planner] = {}


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


register({"none": no_movement})
