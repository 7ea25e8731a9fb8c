"""Django's admin, for operators' configuration alone: nothing about customers or money.

Behind the desk's sign-in, its second factor and a permission; each change goes into the audit log.
Its pages are ours: the desk's frame, and our words in five languages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.functional import lazy

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.models import Authority
from oferta.core.parties import audit
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.project.web import words

if TYPE_CHECKING:  # the classes themselves take no parameter when they run
    _Form = forms.ModelForm[Authority]
    _Admin = admin.ModelAdmin[Any]
else:
    _Form, _Admin = forms.ModelForm, admin.ModelAdmin

say = lazy(words.say, str)
#: Pages of the admin that ours do without: people sign in and out at our own doors.
_LEFT_OUT = {
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "view_on_site",
    "autocomplete",
    "jsi18n",
}

_KEPT = ("_changelist", "_add", "_change")


class Configuration(admin.AdminSite):
    """The site of what operators configure."""

    index_template = app_index_template = "configuration/index.html"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Let in only staff who may configure, signed in with a second factor."""
        inner = super().admin_view(view, cacheable)

        @for_staff(Permission.CONFIGURE)
        def guarded(request: HttpRequest, *, actor: Actor, **rest: Any) -> HttpResponse:
            del actor  # stands on the request
            return cast("HttpResponse", inner(request, **rest))

        return guarded

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the guard of `admin_view` let this request in."""
        return hasattr(request, "actor")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the admin's addresses without its own signing in and out."""
        return [one for one in super().get_urls() if getattr(one, "name", "") not in _LEFT_OUT]


class AuthorityForm(_Form):
    """Above which amount a second person decides."""

    class Meta:
        model = Authority
        fields = ("pack", "second_person_above")
        labels = {  # noqa: RUF012 - as Django reads it
            "pack": say("configuration.pack"),
            "second_person_above": say("configuration.second_person_above"),
        }
        widgets = {"pack": forms.TextInput}  # noqa: RUF012


class ConfiguredModel(_Admin):
    """A table of configuration: added to and changed, never deleted from."""

    change_list_template = "configuration/list.html"
    change_form_template = "configuration/form.html"
    add_form_template = "configuration/form.html"
    actions = None
    list_max_show_all = 0

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever the site lets in may see it."""
        return hasattr(request, "actor")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever the site lets in may see it."""
        del obj
        return hasattr(request, "actor")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever the site lets in may add."""
        return hasattr(request, "actor")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever the site lets in may change."""
        del obj
        return hasattr(request, "actor")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes: what was configured once is looked up for ever."""
        del request, obj
        return False

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the list, of adding and of changing."""
        return [one for one in super().get_urls() if (one.name or "").endswith(_KEPT)]

    def _get_obj_does_not_exist_redirect(self, *_: object) -> HttpResponse:
        """Answer that there is no such page, where Django would say so in words of its own."""
        raise Http404

    def response_add(
        self, request: HttpRequest, obj: Model, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Say that it is kept, in our words."""
        del post_url_continue
        return self.response_change(request, obj)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Say that it is kept, in our words."""
        messages.success(request, "configuration.kept", extra_tags="word")
        meta = obj._meta  # noqa: SLF001 - Django's own door to a model's names
        return redirect(f"configuration:{meta.app_label}_{meta.model_name}_changelist")


class AuthorityAdmin(ConfiguredModel):
    """Second persons by pack."""

    form = AuthorityForm

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Keep the pack of a row that exists: it is the row's name."""
        del request
        return [] if obj is None else ["pack"]

    def save_model(
        self, request: HttpRequest, obj: Authority, form: forms.ModelForm[Any], change: bool
    ) -> None:
        """Keep the amount, with a line in the audit log."""
        del form, change
        decisions.set_authority(obj.pack, second_person_above=obj.second_person_above)
        audit.record(
            actor=cast("Actor", request.actor),  # type: ignore[attr-defined]
            what="configuration.changed",
            subject_kind="authority",
            subject_id=obj.pack,
            now=clock.now(),
            details={"second_person_above": obj.second_person_above},
        )


configuration = Configuration(name="configuration")
configuration.register(Authority, AuthorityAdmin)
