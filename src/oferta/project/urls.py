"""Every address of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from oferta.project.web import views
from oferta.project.web.configuration import configuration

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("language", set_language, name="set_language"),
    path("", include("oferta.project.web.terms.urls")),
    path("", include("oferta.project.rest.urls")),
    path("", include("oferta.project.webhooks.web.urls")),
    path("", include("oferta.project.web.my.urls")),
    path("", include("oferta.core.parties.web.urls")),
    path("", include("oferta.core.parties.web.signing_urls")),
    path("", include("oferta.core.parties.web.security_urls")),
    path("", include("oferta.core.parties.web.standing_urls")),
    path("", include("oferta.core.parties.web.audit_urls")),
    path("", include("oferta.core.parties.web.staffing_urls")),
    path("desk/configuration/", configuration.urls),
    path("", include("oferta.core.parties.web.acting_urls")),
    path("", include("oferta.core.parties.web.agreement_urls")),
    path("", include("oferta.core.parties.web.own_data_urls")),
    path("", include("oferta.core.notices.web.urls")),
    path("", include("oferta.core.notices.web.mass_urls")),
    path("", include("oferta.core.decisions.web.urls")),
    path("", include("oferta.core.cases.web.urls")),
    path("", include("oferta.core.cases.web.desk_urls")),
    path("", include("oferta.services.club.web.urls")),
    path("", include("oferta.services.tickets.web.urls")),
]
