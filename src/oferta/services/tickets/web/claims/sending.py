"""What a buyer sends: ids that make a form one act, and documents."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest

from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.services.tickets.refunding import coming
from oferta.services.tickets.refunding.errors import (
    ApplicationClosed,
    BadDocument,
    UnknownApplication,
)
from oferta.services.tickets.refunding.types import Paper

#: Characters of what somebody types.
WORDS_MAX = 4_000
_NAME_MAX = 200
#: Fields of a document that a word of our own says is wrong.
_SAID = frozenset({"media_type", "size", "kind", "illness_through", "id"})


def id_of(request: HttpRequest, name: str = "id") -> UUID:
    """Return the form's own id, so that the same form is the same act; a new one if it has none."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return uuid7()


def has_file(request: HttpRequest) -> bool:
    """Say whether a document was sent along, though it be one that is too large to be kept."""
    if "file" in request.FILES:
        return True
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdigit() and int(length) > coming.SIZE_MAX


def take(request: HttpRequest, application_id: UUID) -> bool:
    """Add the document of a form to a request; say what is wrong on the next page.

    Returns:
        Whether it was taken.
    """
    sent = request.FILES.get("file")
    if sent is None:
        wrong = "size" if has_file(request) else "no_file"
        messages.error(request, f"tickets.document.wrong.{wrong}", extra_tags="word")
        return False
    try:
        coming.attach(application_id, _paper(request, sent), now=clock.now())
    except BadDocument as error:
        wrong = error.field if error.field in _SAID else "media_type"
        messages.error(request, f"tickets.document.wrong.{wrong}", extra_tags="word")
        return False
    except ApplicationClosed:
        messages.error(request, "tickets.document.wrong.closed", extra_tags="word")
        return False
    except UnknownApplication as error:
        raise Http404(error.code) from None
    messages.success(request, "tickets.document.taken", extra_tags="word")
    return True


def day_of(text: str) -> date | None:
    """Return a day as a form sends it; None if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _paper(request: HttpRequest, sent: UploadedFile[bytes]) -> Paper:
    content = b"" if (sent.size or 0) > coming.SIZE_MAX else sent.read()
    if not content:
        raise BadDocument(field="size", given=str(sent.size), expected=f"1 to {coming.SIZE_MAX}")
    media = next(
        (kind for kind, start in coming.KINDS_TAKEN.items() if content.startswith(start)), ""
    )
    return Paper(
        id=id_of(request, "document_id"),
        kind=request.POST.get("document", "another"),
        name=(sent.name or "").replace("\0", "")[-_NAME_MAX:] or "-",
        media_type=media,
        content=content,
        illness_from=day_of(request.POST.get("illness_from", "")),
        illness_through=day_of(request.POST.get("illness_through", "")),
    )
