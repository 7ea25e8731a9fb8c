"""The public page "did we send this?"."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from oferta.core.notices import checking, false_messages, outgoing
from oferta.core.notices.mass_errors import TooManyChecks
from oferta.core.notices.mass_types import Answer, Checked, FalseMessage
from oferta.core.parties.web.origin import client_address
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of

_TONES = {
    Answer.OURS: "success",
    Answer.REFERENCE_IS_OURS: "info",
    Answer.WORDS_DIFFER: "error",
    Answer.KNOWN_FALSE: "error",
    Answer.NOT_OURS: "warning",
}
#: What a reader should do next only where the message may be false.
_DOUBTFUL = {Answer.WORDS_DIFFER, Answer.KNOWN_FALSE, Answer.NOT_OURS}


def check(request: HttpRequest) -> HttpResponse:
    """Take a message that somebody got and say whether we sent it."""
    language = language_of(request.LANGUAGE_CODE)
    context: dict[str, Any] = {
        "senders": outgoing.senders(),
        "known": [_known(one, language) for one in false_messages.published()],
        "text": request.POST.get("text", ""),
        "sender": request.POST.get("sender", ""),
        "length_max": checking.TEXT_LENGTH_MAX,
    }
    status = 200
    if request.method == "POST" and context["text"].strip():
        try:
            context["found"] = _found(request, language)
        except TooManyChecks as error:
            context["too_many"], status = error.minutes, 429
    elif request.method == "POST":
        context["empty"], status = True, 400
    answer = render(request, "messages/check.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _found(request: HttpRequest, language: Language) -> dict[str, Any]:
    found: Checked = checking.check(
        request.POST["text"],
        sender=request.POST.get("sender", ""),
        place=client_address(request),
        now=clock.now(),
    )
    sender_key = ""
    if found.sender_is_ours is not None:
        sender_key = "check.sender_ours" if found.sender_is_ours else "check.sender_not_ours"
    return {
        "key": f"check.answer.{found.answer}",
        "tone": _TONES[found.answer],
        "sent_at": found.sent_at,
        "channel_key": f"messages.channel.{found.channel}" if found.channel else "",
        "sender_key": sender_key,
        "doubtful": found.answer in _DOUBTFUL or found.sender_is_ours is False,
        "known": [_known(one, language) for one in found.known],
    }


def _known(one: FalseMessage, language: Language) -> dict[str, Any]:
    return {
        "one": one,
        "title": one.words[language].subject,
        "body": one.words[language].body,
    }
