"""Sign up by a code, sign in by a password and an app, by a passkey; in a real browser."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

PARTIES = Path(__file__).parents[1] / "integration" / "parties"
sys.path.insert(0, str(PARTIES))

import signing_builders as build  # noqa: E402 - the builders live beside the parties' own tests

pytestmark = pytest.mark.browser
CONTACT = "anna@example.test"


@pytest.fixture(autouse=True)
def nothing_tried_yet(fresh_db: str) -> None:
    from django.core.cache import cache

    cache.clear()


def sign_up(page: Page) -> None:
    page.get_by_label("Phone or e-mail").fill(CONTACT)
    for box in page.get_by_role("checkbox").all():  # the terms
        box.check()
    page.get_by_role("button", name="Send me a one-time code").click()
    page.get_by_label("Code from the message").fill(build.code_for(CONTACT))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/my/**")


def with_passkeys(page: Page) -> Any:
    """Plug a passkey into the browser: one that knows its owner and asks nothing."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def sign_out(page: Page) -> None:
    page.context.clear_cookies(name="oferta_session")


def test_a_person_signs_up_with_a_code_and_sees_where_they_are_signed_in(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/sign-up/?next=/my/security/")
    sign_up(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Sign-in and security"
    assert page.get_by_text(CONTACT).first.is_visible()
    assert page.get_by_text("this one").is_visible()
    assert "Chrome" in page.get_by_role("region", name="Known devices").inner_text()


def test_staff_sign_in_with_a_password_and_the_code_of_their_app(
    open_page: Callable[..., Page],
) -> None:
    from oferta.core.parties import actions, factors
    from oferta.core.parties.types import Role

    actions.appoint_staff("clerk", password=build.PASSWORD, name="Clerk", role=Role.CLERK)
    factors.give_app("clerk", build.SECRET)
    page = open_page("/desk/")
    page.get_by_label("Phone, e-mail or sign-in name").fill("clerk")
    page.get_by_label("Password").fill("not it at all")
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.get_by_role("alert").inner_text() == "The name or the password is wrong."
    page.get_by_label("Password").fill(build.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code from the app, or a recovery code").fill(build.totp())
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/desk/")


def test_a_passkey_is_set_up_and_lets_in_alone(open_page: Callable[..., Page]) -> None:
    page = open_page("/sign-up/?next=/my/security/")
    sign_up(page)
    with_passkeys(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("A name for it, if you like").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert page.locator("ol code").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    assert page.get_by_text("My phone").is_visible()
    sign_out(page)
    page.goto("/sign-in/?next=/my/security/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/my/security/")


def test_a_passkey_is_a_second_factor_after_a_code(open_page: Callable[..., Page]) -> None:
    page = open_page("/sign-up/?next=/my/security/")
    sign_up(page)
    with_passkeys(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    sign_out(page)
    page.goto("/sign-in/code/?next=/my/security/")
    page.get_by_label("Phone or e-mail").fill(CONTACT)
    page.get_by_role("button", name="Send me a one-time code").click()
    page.get_by_label("Code from the message").fill(build.code_for(CONTACT))
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Second factor"
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/my/security/")


def test_a_browser_without_the_passkey_is_told_so(open_page: Callable[..., Page]) -> None:
    page = open_page("/sign-in/")
    session = with_passkeys(page)
    failed = page.get_by_text("The passkey did not work.")
    assert not failed.is_visible()
    session.send("WebAuthn.disable")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('none')) }")
    page.get_by_role("button", name="Use a passkey").click()
    failed.wait_for()


def test_an_app_is_set_up_by_the_secret_beside_the_picture(open_page: Callable[..., Page]) -> None:
    from oferta.core.parties import factors

    page = open_page("/sign-up/?next=/my/security/")
    sign_up(page)
    page.get_by_role("link", name="Set up an app").click()
    assert page.get_by_role("img", name="QR code for the app").is_visible()
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code that the app shows").fill(factors.code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
