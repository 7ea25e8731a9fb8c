"""What people did about a request for money back, and the letters that left us about it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from oferta.services.tickets.kinds import ActKind, LetterKind
from oferta.services.tickets.models.catalogue import one_of
from oferta.services.tickets.models.refunds import Application


class Act(models.Model):
    """One thing that a person did about a request: who, when, in which words."""

    id = models.UUIDField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    #: The member of staff; null: the buyer.
    by = models.UUIDField(null=True)
    #: Why, or what was found: in the words of who did it.
    words = models.TextField(blank=True, default="")
    #: When a paper was sent; by when an answer is due after an extension.
    day = models.DateField(null=True)
    #: How a paper came: "post", "email", "phone", "office".
    channel = models.CharField(max_length=12, blank=True, default="")
    #: Of an outside case: the number that the authority or court gave it (TR-147).
    reference = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = (
            one_of("kind", ActKind, "act_kind_known"),
            # The review is made longer once, and the buyer is told until when (TR-88).
            models.UniqueConstraint(
                fields=["application"],
                name="review_extended_once",
                condition=Q(kind=ActKind.EXTENDED),
            ),
            models.CheckConstraint(
                condition=~Q(kind=ActKind.EXTENDED) | (Q(day__isnull=False) & ~Q(words="")),
                name="extension_has_a_day_and_words",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ActKind.REGISTERED) | (Q(day__isnull=False) & ~Q(channel="")),
                name="paper_came_somehow_some_day",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ActKind.REFERRED) | ~Q(reference=""),
                name="outside_case_has_a_number",
            ),
        )
        indexes: ClassVar = [models.Index(fields=["application", "at"], name="act_of_application")]

    def __str__(self) -> str:
        return f"{self.kind} {self.application_id}"


class Letter(models.Model):
    """A letter of a buyer's, kept as it was printed, so that the file holds what was sent."""

    id = models.UUIDField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=24)
    language = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    #: By which day whoever gets it should answer.
    answer_by = models.DateField()
    content = models.BinaryField()
    #: SHA-256 of the content.
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (
            one_of("kind", LetterKind, "letter_kind_known"),
            models.UniqueConstraint(
                fields=["application", "kind"], name="letter_once_an_application"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.application_id}"
