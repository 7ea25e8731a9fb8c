"""What the operator set about messages that go out: guards, the site's address, own senders."""

from __future__ import annotations

from oferta.core.notices.types import Guards


class _Settings:
    guards = Guards()
    site = ""
    senders: tuple[str, ...] = ()


def use_guards(guards: Guards) -> None:
    """Put other guards on mass sending in the place of the ones in use."""
    _Settings.guards = guards


def use_site(site: str, senders: tuple[str, ...]) -> None:
    """Say at which address customers find the site, and which senders are really ours.

    Args:
        site: as `https://example.kz`, without a slash at its end.
        senders: addresses, numbers and names that messages of ours come from (TR-138).
    """
    _Settings.site, _Settings.senders = site.rstrip("/"), senders


def guards() -> Guards:
    """Return the guards in use."""
    return _Settings.guards


def site() -> str:
    """Return the address of the site, without a slash at its end."""
    return _Settings.site


def senders() -> tuple[str, ...]:
    """Return the senders that are really ours."""
    return _Settings.senders
