"""Looks for a case of facts, and hands it over only once it was really decided so."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import z3

from oferta.core.terms.counting import Refused, time_zone
from oferta.core.terms.proving.numbers import known
from oferta.core.terms.proving.symbols import DAY_MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from oferta.core.terms.proving.days import Abstract
    from oferta.core.terms.proving.model import Model
    from oferta.core.terms.types import Coded

#: What one check may cost, in the solver's own unit: the same everywhere, unlike seconds.
_COST_MAX = 6_000_000
#: How often a case that was only nearly right is made exact before it is given up.
_TRIES = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Case = dict[str, "Coded"]


class Search:
    """One solver for all questions about the models; what is asked comes and goes."""

    def __init__(
        self,
        models: Sequence[Model],
        always: Sequence[Any],
        usual: Mapping[str, Coded],
        *,
        cost_max: int | None = None,
    ) -> None:
        self._models, self._usual = models, usual
        self._symbols = models[0].symbols
        self._solver = z3.Solver()
        self._solver.set("rlimit", _COST_MAX)
        self._cost_max, self._begun = cost_max, 0
        self._said: set[int] = set()
        self._size = -1
        self._solver.add(*[one for one in always if one is not True])
        self._zones = self._usual_zones()

    def _tell(self) -> None:
        """State what the models have come to mean since the last question."""
        size = sum(model.size for model in self._models)
        if size == self._size:
            return
        self._size = size
        for model in self._models:
            for one in model.every_case():
                key = one.get_id() if hasattr(one, "get_id") else int(one)
                if key not in self._said:
                    self._said.add(key)
                    self._solver.add(one)

    @contextmanager
    def where(self, *conditions: Any) -> Iterator[None]:
        """Keep to conditions for a while."""
        self._tell()
        self._solver.push()
        self._solver.add(*conditions)
        try:
            yield
        finally:
            self._solver.pop()

    def possible(self, *conditions: Any) -> bool | None:
        """Return whether a case may be; False is certain, None says that it cost too much."""
        self._tell()
        if any(one is False for one in conditions):
            return False
        if self._too_dear():
            return None
        found = self._solver.check(*[one for one in conditions if one is not True])
        return None if found == z3.unknown else found == z3.sat

    def model(self) -> z3.ModelRef:
        """Return the case of the last question."""
        return self._solver.model()

    def holds(self, condition: Any) -> bool:
        """Return whether a condition is true of the case of the last question."""
        if isinstance(condition, bool):
            return condition
        return bool(z3.is_true(self._solver.model().eval(condition, model_completion=True)))

    def _too_dear(self) -> bool:
        """Tell whether all that may be spent is spent; counted in the solver's own unit."""
        if self._cost_max is None:
            return False
        spent = _spent(self._solver)
        self._begun = self._begun or spent
        return spent - self._begun > self._cost_max

    def together(
        self, literals: Sequence[Any], *conditions: Any, most: int
    ) -> Iterator[list[int] | None]:
        """Yield sets of literals, by place, that can be true at once, till every pair was seen.

        A set within one that was seen is not yielded again. None says that it cost too much.
        """
        seen: list[Any] = []
        for _ in range(most):
            possible = self.possible(z3.AtLeast(*literals, 2), *conditions, *seen)
            if not possible:
                if possible is None:
                    yield None
                return
            held = [place for place, one in enumerate(literals) if self.holds(one)]
            others = [one for place, one in enumerate(literals) if place not in held]
            seen.append(z3.Or(others) if others else z3.BoolVal(val=False))
            yield held
        yield None

    # --- a case that is real ------------------------------------------------------------------

    def case(self, conditions: Sequence[Any], really: Callable[[Case], bool]) -> Case | None:
        """Return facts of which `really` is true, as near to the usual ones as can be."""
        with self.where(*conditions):
            for hints in (self._hints(), []):
                with self.where(*hints):
                    found = self._exact(really)
                    if found is not None:
                        return self._nearer(found, really)
        return None

    def _exact(self, really: Callable[[Case], bool]) -> Case | None:
        for _ in range(_TRIES):
            if self._solver.check() != z3.sat:
                return None
            model = self._solver.model()
            facts = self._symbols.decoded(model)
            wrong = self._wrong(model, facts)
            if not wrong and really(facts):
                return facts
            if not wrong:
                return None
            pinned = [one for lemma in wrong for one in lemma]
            if self._solver.check(*pinned) == z3.sat:
                facts = self._symbols.decoded(self._solver.model())
                if really(facts):
                    return facts
            for lemma in wrong:
                *arguments, result = lemma
                self._solver.add(z3.Implies(z3.And(arguments), result))
        return None

    def _wrong(self, model: z3.ModelRef, facts: Case) -> list[list[Any]]:
        """Return what to say of each bounded value that is not what it would really be."""
        found = []
        for one in (item for each in self._models for item in each.days.abstract):
            given = [_number(model, argument) for argument in one.arguments]
            try:
                result = one.compute(*given, *_zone(one, facts))
            except Refused:
                continue
            pairs = zip(one.arguments, given, strict=True)
            same = [argument == value for argument, value in pairs if not known(argument)]
            if result != _number(model, one.result):
                found.append([*same, one.result == result])
        return found

    def _nearer(self, found: Case, really: Callable[[Case], bool]) -> Case:
        """Return a case with as many usual facts as can be, if it is as real."""
        kept: list[Any] = []
        for name, value in self._usual.items():
            if name not in self._symbols.of:
                continue
            pin = self._symbols.pinned(name, value)
            if pin is not False and self._solver.check(*kept, pin) == z3.sat:
                kept.append(pin)
        with self.where(*kept):
            return self._exact(really) or found

    # --- zones --------------------------------------------------------------------------------

    def _usual_zones(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for model in self._models:
            for name in model.zone_facts():
                values = self._symbols.types[name].values or ("UTC",)
                usual = self._usual.get(name)
                zone = usual if isinstance(usual, str) else values[0]
                found[name] = zone if _is_zone(zone) else values[0]
        return found

    def _hints(self) -> list[Any]:
        """Return what makes days of moments exact: a zone, and its offset at the time."""
        pins = [self._symbols.pinned(name, zone) for name, zone in self._zones.items()]
        for model in self._models:
            noon = model.subject.edition.start * DAY_MICROSECONDS + DAY_MICROSECONDS // 2
            for one in model.days.abstract:
                zone = self._zones.get(one.zone_fact, one.zone)
                if one.offset is not None and _is_zone(zone):
                    pins.append(one.offset == _offset(zone, noon))
        return pins


def _spent(solver: z3.Solver) -> int:
    known = solver.statistics()
    return int(known.get_key_value("rlimit count")) if "rlimit count" in list(known.keys()) else 0


def _number(model: z3.ModelRef, value: Any) -> int:
    return int(value if known(value) else model.eval(value, model_completion=True).as_long())


def _zone(one: Abstract, facts: Case) -> tuple[str, ...]:
    if one.zone_fact:
        return (str(facts[one.zone_fact]),)
    return (one.zone,) if one.zone else ()


def _is_zone(name: str) -> bool:
    try:
        time_zone(name)
    except Refused:
        return False
    return True


def _offset(zone: str, moment: int) -> int:
    local = (_EPOCH + timedelta(microseconds=moment)).astimezone(time_zone(zone))
    offset = local.utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)
