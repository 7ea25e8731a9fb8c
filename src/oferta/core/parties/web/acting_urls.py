"""The address at which a person says for whom they act."""

from __future__ import annotations

from django.urls import path

from oferta.core.parties.web import acting_pages, members_pages

app_name = "acting"
urlpatterns = [
    path("my/acting/", acting_pages.choose, name="choose"),
    path("my/acting/members/", members_pages.members, name="members"),
    path("my/acting/invitations/<uuid:invitation_id>", acting_pages.answer, name="answer"),
]
