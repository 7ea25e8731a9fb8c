"""The language of terms: load, check, decide, explain. Pure Python: no Django, no database.

>>> from pathlib import Path
>>> from oferta.core.terms import Terms
>>> from oferta.core.terms.explain import explain
>>> terms = Terms.load(Path("tests/bench"))
>>> facts = {"d": "2025-06-02", "amount": "1000 KZT", "mcc": 6010, "channel": "pos"}
>>> facts |= {"product": "gold", "tier": "base", "is_refund": False, "weekend": False}
>>> decided = terms.decide("policy", "accrual", facts)
>>> decided.decided_by, decided.outcome
(('e1', 'e11'), {'rate_bp': 0})
>>> explain(terms.pack("policy"), decided, "en").decided_by
('e1', 'e11')
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oferta.core.terms.defeats import Verdict
    from oferta.core.terms.engine import Asked, Terms
    from oferta.core.terms.errors import PackInvalid, Problem, Stopped, TermsError
    from oferta.core.terms.limits import LimitWindow
    from oferta.core.terms.loader import load_pack
    from oferta.core.terms.nearest import nearest_changes
    from oferta.core.terms.program import Program, compile_program
    from oferta.core.terms.proving.rights import Fall, Loss, rights_fall
    from oferta.core.terms.types import Decided, Edition, Pack, Question

#: Where each public name lives. Looked up when first asked for: whoever only needs the types
#: does not wait for the parsers.
_HOMES = {
    "Asked": "engine",
    "Decided": "types",
    "Edition": "types",
    "Fall": "proving.rights",
    "LimitWindow": "limits",
    "Loss": "proving.rights",
    "Pack": "types",
    "PackInvalid": "errors",
    "Problem": "errors",
    "Program": "program",
    "Question": "types",
    "Stopped": "errors",
    "Terms": "engine",
    "TermsError": "errors",
    "Verdict": "defeats",
    "compile_program": "program",
    "load_pack": "loader",
    "nearest_changes": "nearest",
    "rights_fall": "proving.rights",
}

__all__ = [
    "Asked",
    "Decided",
    "Edition",
    "Fall",
    "LimitWindow",
    "Loss",
    "Pack",
    "PackInvalid",
    "Problem",
    "Program",
    "Question",
    "Stopped",
    "Terms",
    "TermsError",
    "Verdict",
    "compile_program",
    "load_pack",
    "nearest_changes",
    "rights_fall",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
