"""Addresses of the API and of its reference."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from oferta.project.rest.late import Late, view
from oferta.project.rest.web import desk

OPERATIONS = "oferta.project.rest.operations"
_PAGES = "oferta.project.rest.web.views"


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """Answer that there is nothing at an address below the API."""
    del request
    raise Http404


app_name = "rest"
urlpatterns = [
    path("api/openapi.json", view(_PAGES, "openapi"), name="openapi"),
    path("api/docs", view(_PAGES, "reference"), name="docs"),
    path("api/docs/errors", view(_PAGES, "errors"), name="errors"),
    path("desk/api/", desk.tokens, name="tokens"),
    path("desk/api/<str:prefix>/revoke", desk.revoke, name="revoke"),
    Late("api/v1/", OPERATIONS),
    re_path(r"^api/v1/.*$", nothing, name="nothing"),
]
