"""Where answers of the API part from those of pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from oferta.project.rest.types import BELOW


class ApiAnswers:
    """Looks after answers below `/api/v1/`; every other one passes untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        if not request.path.startswith(BELOW):
            return self.get_response(request)
        # The API is read with its first call: pages do not wait for it when a server starts.
        from oferta.project.rest import answers  # noqa: PLC0415

        return answers.answer(request, self.get_response)
