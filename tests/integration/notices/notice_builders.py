"""Staff, customers, mass messages and a channel that keeps what it is given."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from oferta.core.notices import delivering, masses, models
from oferta.core.notices.mass_types import Mass, Nature, NewMass, Words
from oferta.core.notices.types import Message, Rendered
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Actor, NewCustomer, Role
from oferta.kernel.i18n import LANGUAGES

NOW = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


class Outbox:
    """A channel that keeps what it is given."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[Message] = []

    def deliver(self, message: Message) -> None:
        self.sent.append(message)


def customers(count: int, language: str = "en") -> dict[str, UUID]:
    mark = uuid4().hex[:8]
    new = [
        NewCustomer(
            key=f"{mark}-{number}",
            language=language,  # type: ignore[arg-type]
            contacts={"email": f"{mark}-{number}@example.test", "sms": f"+7{mark}{number}"},
        )
        for number in range(count)
    ]
    return parties.register_customers(new, now=NOW)


def staff(role: Role = Role.MESSENGER) -> Actor:
    name = f"staff-{uuid4().hex[:8]}"
    return parties.appoint_staff(name, password=None, name=name, role=role)


def words(text: str = "The doors open at six.") -> Words:
    return {language: Rendered(subject=f"{language}: news", body=text) for language in LANGUAGES}


def a_mass(keys: object, actor: Actor, nature: Nature = Nature.SERVICE, **rest: object) -> Mass:
    new = NewMass(
        nature=nature,
        words=rest.pop("words", words()),  # type: ignore[arg-type]
        audience="listed",
        chosen="\n".join(keys),  # type: ignore[call-overload]
        **rest,  # type: ignore[arg-type]
    )
    return masses.prepare(new, actor=actor, now=NOW)


def deliver_all(moment: datetime = NOW) -> None:
    for batch in models.Batch.objects.filter(state="open").order_by("id"):
        delivering.deliver_batch(batch.id, clock=lambda: moment)
