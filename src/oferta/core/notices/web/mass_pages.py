"""Desk pages of mass messages and of answers to false ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.notices import audiences, channels, false_messages, masses, outgoing, reach, texts
from oferta.core.notices.mass_errors import (
    BadMass,
    MassElsewhere,
    ReachUsedUp,
    SamePerson,
    UnknownFalse,
    UnknownMass,
)
from oferta.core.notices.mass_types import Mass, MassState, Nature, NewFalse, NewMass, Words
from oferta.core.notices.types import Rendered
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES, OWN_NAMES

_TONES = {
    MassState.DRAFT: "",
    MassState.WAITING: "warn",
    MassState.SENDING: "info",
    MassState.DONE: "good",
    MassState.STOPPED: "bad",
}
#: A reference as one looks, for the preview.
_SAMPLE_REFERENCE = "7K3F9QXM2TVA"


@require_safe
@for_staff(Permission.STOP_MESSAGES)
def listed(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the mass messages, those that wait or are being sent first, and false messages."""
    context = {
        "actor": actor,
        "masses": [_row(one) for one in masses.masses()],
        "unpublished": false_messages.unpublished(),
        "published": false_messages.published(),
        "may_prepare": actor.may(Permission.PREPARE_MESSAGES),
        "left": reach.left(actor.id, now=clock.now()),
        "alone_max": outgoing.guards().alone_max,
    }
    return render(request, "messages/list.html", context)


@for_staff(Permission.PREPARE_MESSAGES)
def new(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Take a mass message: words in five languages, for whom, by which channels."""
    wrong: BadMass | None = None
    if request.method == "POST":
        try:
            made = masses.prepare(_new_mass(request), actor=actor, now=clock.now())
        except BadMass as error:
            wrong = error
        else:
            return redirect("messages:show", made.id)
    given = request.POST if request.method == "POST" else _prefilled(request)
    context = _word_fields(given, wrong) | {
        "actor": actor,
        "given": given,
        "natures": [(one.value, f"messages.nature.{one}") for one in Nature],
        "audiences": [(name, f"messages.audience.{name}") for name in audiences.names()],
        "channels": [
            (name, f"messages.channel.{name}") for name in channels.channels() if name != "inbox"
        ],
        "chosen_channels": request.POST.getlist("channels"),
    }
    return render(request, "messages/new.html", context, status=400 if wrong else 200)


@require_safe
@for_staff(Permission.STOP_MESSAGES)
def show(request: HttpRequest, *, actor: Actor, mass_id: UUID) -> HttpResponse:
    """Show a mass message as its receivers read it, how many they are, and what can be done."""
    try:
        found = masses.mass(mass_id)
    except UnknownMass as error:
        raise Http404(error.code) from None
    own = found.maker_id == actor.id
    ended = found.state in (MassState.DONE, MassState.STOPPED)
    context = {
        "actor": actor,
        "row": _row(found),
        "previews": _previews(found.words),
        "channels": [f"messages.channel.{name}" for name in found.channels],
        "alone": found.people <= reach.left(actor.id, now=clock.now()),
        "own": own,
        "may_submit": own and found.state is MassState.DRAFT,
        "may_approve": found.state is MassState.WAITING
        and not own
        and actor.may(Permission.APPROVE_MESSAGES),
        "may_stop": not ended or masses.is_leaving(found.id),
        "per_minute": outgoing.guards().per_minute,
        "alone_max": outgoing.guards().alone_max,
        "step_seconds": masses.STEP_SECONDS,
    }
    return render(request, "messages/show.html", context)


@require_POST
@for_staff(Permission.PREPARE_MESSAGES)
def submit(request: HttpRequest, *, actor: Actor, mass_id: UUID) -> HttpResponse:
    """Send a mass message, or let it wait for a second person."""
    return _do(request, mass_id, lambda: masses.submit(mass_id, actor=actor, now=clock.now()))


@require_POST
@for_staff(Permission.APPROVE_MESSAGES)
def approve(request: HttpRequest, *, actor: Actor, mass_id: UUID) -> HttpResponse:
    """Let a mass message out as its second person."""
    return _do(request, mass_id, lambda: masses.approve(mass_id, approver=actor, now=clock.now()))


@require_POST
@for_staff(Permission.STOP_MESSAGES)
def stop(request: HttpRequest, *, actor: Actor, mass_id: UUID) -> HttpResponse:
    """Stop a mass message."""
    reason = request.POST.get("reason", "")[:1_000]
    return _do(
        request,
        mass_id,
        lambda: masses.stop(mass_id, actor=actor, reason=reason, now=clock.now()),
    )


def _do(request: HttpRequest, mass_id: UUID, act: Callable[[], Mass]) -> HttpResponse:
    try:
        done = act()
    except UnknownMass as error:
        raise Http404(error.code) from None
    except (MassElsewhere, SamePerson, ReachUsedUp) as error:
        messages.error(request, f"messages.error.{error.code}", extra_tags="word")
    else:
        messages.success(request, f"messages.now.{done.state}", extra_tags="word")
    return redirect("messages:show", mass_id)


def _new_mass(request: HttpRequest) -> NewMass:
    posted = request.POST
    nature = posted.get("nature", "")
    if nature not in set(Nature):
        raise BadMass(field="nature", given=nature, expected=", ".join(Nature))
    return NewMass(
        nature=Nature(nature),
        words=_words(request),
        audience=posted.get("audience", ""),
        chosen=posted.get("chosen", ""),
        channels=tuple(posted.getlist("channels")),
        answers=_id(posted.get("answers", "")),
    )


def _words(request: HttpRequest) -> Words:
    return {
        language: Rendered(
            subject=request.POST.get(f"subject-{language}", "").strip(),
            body=request.POST.get(f"body-{language}", "").replace("\r\n", "\n").strip(),
        )
        for language in LANGUAGES
    }


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _prefilled(request: HttpRequest) -> dict[str, str]:
    """Return the fields of an answer to a false message, if one is asked for."""
    answers = _id(request.GET.get("answers", ""))
    if answers is None:
        return {}
    try:
        found = false_messages.false_message(answers)
    except UnknownFalse:
        return {}
    filled = {"answers": str(answers), "nature": Nature.SERVICE.value, "audience": "everybody"}
    for language, words in found.words.items():
        filled |= {f"subject-{language}": words.subject, f"body-{language}": words.body}
    return filled


def _word_fields(given: Any, wrong: BadMass | None) -> dict[str, Any]:
    return {
        "languages_of_words": [
            {
                "tag": language,
                "name": OWN_NAMES[language],
                "subject": given.get(f"subject-{language}", ""),
                "body": given.get(f"body-{language}", ""),
                "wrong": wrong is not None and wrong.field == f"words.{language}",
            }
            for language in LANGUAGES
        ],
        "wrong": wrong,
        "wrong_key": f"messages.wrong.{wrong.field.partition('.')[0]}" if wrong else "",
        "subject_max": masses.SUBJECT_LENGTH_MAX,
        "body_max": masses.BODY_LENGTH_MAX,
    }


def _previews(words: Words) -> list[dict[str, Any]]:
    return [
        {
            "tag": language,
            "name": OWN_NAMES[language],
            "subject": words[language].subject,
            "body": words[language].body,
            "below": texts.below(_SAMPLE_REFERENCE, language, ""),
        }
        for language in LANGUAGES
    ]


def _row(one: Mass) -> dict[str, Any]:
    return {
        "one": one,
        "key": f"messages.state.{one.state}",
        "tone": _TONES[one.state],
        "nature_key": f"messages.nature.{one.nature}",
        "audience_key": f"messages.audience.{one.audience}",
        "subject": one.words[LANGUAGES[0]].subject,
        "subject_language": LANGUAGES[0],
    }


# --- false messages -------------------------------------------------------------------------------


@for_staff(Permission.PREPARE_MESSAGES)
def new_false(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Take a false message that goes round, and the answer to it."""
    wrong: BadMass | None = None
    if request.method == "POST":
        noted = NewFalse(
            sample=request.POST.get("sample", ""),
            words=_words(request),
            seen_at=clock.now(),
            claimed=request.POST.get("claimed", "")[:500],
            confirmed=request.POST.get("confirmed", "")[:500],
        )
        try:
            false_messages.note(noted, actor=actor, now=clock.now())
        except BadMass as error:
            wrong = error
        else:
            messages.success(request, "messages.false_noted", extra_tags="word")
            return redirect("messages:list")
    context = _word_fields(request.POST, wrong) | {"actor": actor, "given": request.POST}
    return render(request, "messages/new_false.html", context, status=400 if wrong else 200)


@require_POST
@for_staff(Permission.APPROVE_MESSAGES)
def publish_false(request: HttpRequest, *, actor: Actor, false_id: UUID) -> HttpResponse:
    """Show the answer to everybody, as the second person."""
    return _answer_false(
        request, lambda: false_messages.publish(false_id, actor=actor, now=clock.now())
    )


@require_POST
@for_staff(Permission.APPROVE_MESSAGES)
def withdraw_false(request: HttpRequest, *, actor: Actor, false_id: UUID) -> HttpResponse:
    """Show the answer no more."""
    return _answer_false(
        request, lambda: false_messages.withdraw(false_id, actor=actor, now=clock.now())
    )


def _answer_false(request: HttpRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except UnknownFalse as error:
        raise Http404(error.code) from None
    except SamePerson as error:
        messages.error(request, f"messages.error.{error.code}", extra_tags="word")
    else:
        messages.success(request, "messages.false_done", extra_tags="word")
    return redirect("messages:list")
