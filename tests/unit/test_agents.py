"""Browsers by the names that people know."""

from __future__ import annotations

import pytest

from oferta.core.parties.agents import known_as
from oferta.core.parties.contacts import masked, read_contact
from oferta.core.parties.login_errors import BadContact

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/120.0 Safari/537.36", "Chrome · Linux"),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/120.0 Safari/537.36 Edg/120.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.0; rv:120.0) Firefox/120.0", "Firefox · Mac"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, name: str) -> None:
    assert known_as(agent) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anna@Example.TEST ", "anna@example.test"),
        ("+7 (701) 000-00-01", "+77010000001"),
        ("0085291234567", "+85291234567"),
        ("анна@пример.рф", "анна@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_a_contact_is_read_as_people_type_it(typed: str, kept: str) -> None:
    assert read_contact(typed).address == kept


@pytest.mark.parametrize(
    "typed", ["", "anna", "87010000001", "+7", "anna@", "@example.test", "a@b", "a b@c.test"]
)
def test_what_is_no_contact_is_refused(typed: str) -> None:
    with pytest.raises(BadContact):
        read_contact(typed)


def test_a_masked_contact_is_known_to_its_owner_only() -> None:
    assert masked(read_contact("anna@example.test")) == "a…@example.test"
    assert masked(read_contact("+77010000001")) == "+7…01"
