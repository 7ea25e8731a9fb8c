"""Sessions in Django's table, read by a question whose plan is kept: each page asks it."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from oferta.kernel import asking, clock


class SessionStore(db.SessionStore):
    """Django's, but for how a session is found."""

    def _get_session_from_db(self) -> Session | None:
        wanted = [self.session_key, clock.now()]
        found = asking.found(Session, "session_key = %s AND expire_date > %s", wanted)
        if not found:
            self._session_key = None  # as Django does: who comes with an old one gets a new one
            return None
        return found[0]
