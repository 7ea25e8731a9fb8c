"""`{% load logins %}`: what is wrong with a form, as keys of words of ours."""

from __future__ import annotations

from django import forms, template

register = template.Library()

#: Errors that have words (`locale/words.yaml`, `sign_in.error.…`).
KNOWN = frozenset(
    {
        "bad_contact",
        "too_many_codes",
        "incorrect_code",
        "code_over",
        "contact_taken",
        "last_contact",
        "no_contact",
        "not_for_staff",
        "wrong_password",
        "too_many_login_attempts",
        "required",
        "passkey",
        "password_too_short",
        "password_too_common",
        "password_entirely_numeric",
        "already_claimed",
        "proof_missing",
        "terms_not_accepted",
        "wrong",
    }
)
#: Codes of others that mean the same.
_SAME = {
    "username_password_mismatch": "wrong_password",
    "incorrect_password": "wrong_password",
    "rate_limited": "too_many_login_attempts",
}


@register.filter
def word(code: str) -> str:
    """Return the key of the words for an error's code."""
    known = _SAME.get(code, code)
    return f"sign_in.error.{known if known in KNOWN else 'wrong'}"


@register.filter
def errors(form: forms.Form) -> list[str]:
    """Return the keys of the words for what is wrong with a form, each once."""
    if not form.is_bound:
        return []
    data = form.errors.as_data()
    codes = [str(item.code or "wrong") for items in data.values() for item in items]
    return list(dict.fromkeys(word(code) for code in codes))
