"""The database engine that `settings.DATABASES` names; Django asks for a module `base`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.backends.postgresql import base, features
from psycopg import Cursor

from oferta.kernel.errors import OfertaError, ensure
from oferta.project import embedded
from oferta.project.postgresql.urls import address_of

VERSION_MIN = (16,)
#: Uses of a statement before psycopg prepares it unasked: never. Only what asks for it is prepared.
_UNASKED = 1_000_000_000
_serves_pages = False


def keep_plans() -> None:
    """Let new connections of this process keep the plans of statements that ask for it.

    For web servers, whose connections are renewed every minute. A plan that was made while a
    table was empty would cost a long run dearly.
    """
    global _serves_pages  # noqa: PLW0603 - a fact about the process
    _serves_pages = True


class PreparedCursor(Cursor[Any]):
    """Sends values beside the text, and asks to keep the plan."""

    def execute(self, query: Any, params: Any = None, **rest: Any) -> Any:
        """Ask the server."""
        return super().execute(query, params, prepare=True, **rest)


@dataclass(eq=False, kw_only=True)
class DatabaseTooOld(OfertaError):
    """The server behind `DATABASE_URL` is older than the version that Oferta needs."""

    code: ClassVar[str] = "project.database_too_old"
    found: str
    expected: str


class DatabaseFeatures(features.DatabaseFeatures):
    """What the server can do."""

    minimum_database_version = VERSION_MIN


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection; without a host it is one to the embedded server, started if need be.

    So that importing the settings starts nothing: type checkers and `--help` import them too.
    """

    features_class = DatabaseFeatures

    def get_connection_params(self) -> dict[str, Any]:
        """Return what psycopg needs to connect."""
        params: dict[str, Any] = super().get_connection_params()
        if not self.settings_dict["HOST"]:
            found = address_of(embedded.start_server())
            params |= {"host": found.host, "port": found.port, "user": found.role}
        params["prepare_threshold"] = _UNASKED if _serves_pages else None
        return params

    def prepared_cursor(self) -> Any:
        """Return a cursor for statements whose text never changes (`kernel.asking`)."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(PreparedCursor(self.connection))  # type: ignore[attr-defined] # not in the stubs

    def check_database_version_supported(self) -> None:
        """Refuse a server older than `VERSION_MIN`.

        Raises:
            DatabaseTooOld: it is.
        """
        found = self.get_database_version()
        ensure(
            found >= VERSION_MIN,
            DatabaseTooOld(
                found=".".join(map(str, found)), expected=f"PostgreSQL {VERSION_MIN[0]} or later"
            ),
        )
