"""Sessions in Django's table, read by a question whose plan is kept: each page asks it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from oferta.kernel import asking, clock


class SessionStore(db.SessionStore):
    """Django's, but for how a session is found, and whose clock says when it ends."""

    def get_expiry_age(self, **known: Any) -> int:
        """Return the seconds until the session ends, as Django does, from the kernel's now."""
        age: int = super().get_expiry_age(**{"modification": clock.now()} | known)
        return age

    def get_expiry_date(self, **known: Any) -> datetime:
        """Return when the session ends, by the same clock by which it is found."""
        end: datetime = super().get_expiry_date(**{"modification": clock.now()} | known)
        return end

    @classmethod
    def clear_expired(cls) -> None:
        """Throw sessions away that have ended, by the same clock: `clearsessions` asks for it."""
        Session.objects.filter(expire_date__lt=clock.now()).delete()

    def _get_session_from_db(self) -> Session | None:
        wanted = [self.session_key, clock.now()]
        found = asking.found(Session, "session_key = %s AND expire_date > %s", wanted)
        if not found:
            self._session_key = None  # as Django does: who comes with an old one gets a new one
            return None
        return found[0]
