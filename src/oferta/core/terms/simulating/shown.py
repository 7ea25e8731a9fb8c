"""Sums of a simulation in a reader's words."""

from __future__ import annotations

from fractions import Fraction

from oferta.core.terms.simulating.types import Asked, Share, Simulation
from oferta.core.terms.sql import STATUSES
from oferta.core.terms.types import Type
from oferta.core.terms.values import write_value
from oferta.core.terms.wording import wording
from oferta.core.terms.writing import decimal, show
from oferta.kernel.i18n import Language


class Shown:
    """Writes coded sums of one simulation in one language."""

    def __init__(self, asked: Asked, simulation: Simulation, language: Language = "en") -> None:
        self._question = asked.pack.questions[asked.question]
        self._types = {one.name: one.type for one in self._question.answer}
        self._labels = {one.name: one.label for one in self._question.answer}
        self._asked, self._simulation, self.language = asked, simulation, language
        self.words = wording(language)

    def say(self, key: str, **parts: object) -> str:
        """Return a phrase of the report."""
        return self.words.say(f"simulation.{key}", **parts)

    def value(self, field: str, coded: int) -> str:
        """Return a sum as packs write it."""
        return write_value(coded, self._type(field))

    def amount(self, field: str, coded: int) -> str:
        """Return a sum as the reader's language writes it."""
        return show(coded, self._type(field), self.language)

    def number(self, number: int) -> str:
        """Return how many."""
        return decimal(Fraction(number), self.language)[0]

    def label(self, field: str) -> str:
        """Return how a field reads."""
        return self._labels[field].get(self.language, field)

    def edition(self, name: str) -> str:
        """Return how an edition is called; "" is that of each day."""
        return self.say("edition", id=name) if name else self.say("by_day")

    def clause(self, name: str) -> str:
        """Return ids of clauses with their titles, or a status."""
        if name in STATUSES:
            return self.say(name)
        texts = self._titles()
        parts = [self.beside(texts[one], one) if one in texts else one for one in name.split(" + ")]
        return " + ".join(parts)

    def _titles(self) -> dict[str, str]:
        """Return the titles of clauses, those of the editions asked for before others."""
        asked = (self._simulation.edition, self._simulation.against)
        editions = sorted(self._asked.pack.editions, key=lambda one: one.id in asked)
        return {
            name: text.title
            for edition in editions
            for name, text in edition.text.get(self.language, {}).items()
        }

    def beside(self, text: str, aside: str) -> str:
        """Return a text and something in brackets."""
        gap = "" if self.language.startswith("zh") else " "
        return f"{text}{gap}{self.words.say('signs.bracketed', text=aside)}"

    def group(self, name: str) -> str:
        """Return how a value of the fact grouped by reads."""
        if name in ("null", "true", "false"):
            known = {"null": None, "true": True, "false": False}[name]
            return show(known, self._asked.pack.facts[self._asked.group].type, self.language)
        labels = self._asked.pack.facts[self._asked.group].value_labels
        return labels[name].get(self.language, name) if name in labels else name

    @property
    def grouped_by(self) -> str:
        """How the fact grouped by reads."""
        return self._asked.pack.facts[self._asked.group].label.get(self.language, self._asked.group)

    @property
    def title(self) -> str:
        """What was simulated."""
        question = self._question.label.get(self.language, self._question.name)
        edition = self.edition(self._simulation.edition)
        if not self._simulation.against:
            return self.say("alone", question=question, edition=edition)
        against = self.edition(self._simulation.against)
        return self.say("beside", question=question, edition=edition, against=against)

    @property
    def cost(self) -> str:
        """What the change comes to, as a sentence; "" if nothing is compared."""
        field, total = self._simulation.better, self._simulation.total
        if not self._simulation.against or field not in total.sums:
            return ""
        change = total.against.get(field, 0) - total.sums[field]
        if not change:
            return self.say("even")
        against = self.edition(self._simulation.against)
        told = self.amount(field, abs(change))
        return self.say("more" if change > 0 else "less", against=against, amount=told)

    @property
    def main(self) -> str:
        """The field that charts show."""
        fields = list(self._simulation.total.sums)
        better = self._simulation.better
        return better if better in fields else fields[0] if fields else ""

    def _type(self, field: str) -> Type:
        type_ = self._types[field]
        return Type(type_.kind, unit=type_.unit)


def both_editions(simulation: Simulation) -> list[Share]:
    """Return the shares of the clauses of both editions side by side."""
    after = {one.name: one for one in simulation.against_clauses}
    before = {one.name: one for one in simulation.clauses}
    return [
        Share(
            name,
            max(side[name].events for side in (before, after) if name in side),
            before[name].sums if name in before else dict.fromkeys(simulation.total.sums, 0),
            after[name].sums if name in after else dict.fromkeys(simulation.total.against, 0),
        )
        for name in dict.fromkeys([*before, *after])
    ]
