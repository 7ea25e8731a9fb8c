"""What every test may ask for.

The tests have a PostgreSQL of their own: the folder `OFERTA_DATA` names, else a temporary one
that goes away with the run. The project's `.data` is never touched. The schema is made once per
run, by the real migrations.

- `db` (pytest-django): the test runs inside a database transaction that is undone.
- `fresh_db`: a database of its own with real commits, for threads, locks and crashes. Use it
  instead of `transactional_db`, whose clean-up is a TRUNCATE that the ledger refuses.
- `site`: `fresh_db` and a web server on it; the value is its address.
- `shared_db`, `shared_site`: the same once for a file, where tests only look.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import pytest
from django.conf import settings

#: Which of several processes this is that share the tests (`pytest -n`); "" for the only one.
_SHARE = os.environ.get("PYTEST_XDIST_WORKER", "")
_TEMPORARY = "" if os.environ.get("OFERTA_DATA") else tempfile.mkdtemp(prefix="oferta-tests-")
for _name in [name for name in os.environ if name.startswith(("OFERTA_", "DATABASE_URL"))]:
    if _name != "OFERTA_DATA":  # the tests' settings are the defaults, whatever the shell has
        del os.environ[_name]
if _TEMPORARY:
    Path(_TEMPORARY).chmod(0o755)  # the server's own account passes through it
    os.environ["OFERTA_DATA"] = _TEMPORARY
if _SHARE:  # each has a PostgreSQL of its own, so that none waits for another's databases
    _own = Path(os.environ["OFERTA_DATA"]) / _SHARE
    _own.mkdir(mode=0o755, exist_ok=True)
    os.environ["OFERTA_DATA"] = str(_own)
os.environ["DJANGO_SETTINGS_MODULE"] = "oferta.project.settings"
django.setup()  # here, not by pytest-django's option, which reads settings before this file

# A password that takes a third of a second to check is right for people and wrong for tests.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The first page says nothing of sample members, as it does where people use it.
settings.SHOW_SAMPLES = False

TEMPLATE = "oferta_test_template"


def _static_files_looked_up_once() -> None:
    """Let every `Client()` of a run share the list of static files: making it takes 30 ms."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look_up = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def shared(self: Any) -> None:
        if not found:
            look_up(self)
            found.update(self.files)
        self.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = shared


_static_files_looked_up_once()


@atexit.register
def _remove_temporary_server() -> None:
    if _TEMPORARY:
        _stop()
        shutil.rmtree(_TEMPORARY, ignore_errors=True)


def pytest_unconfigure() -> None:
    """Stop the server of one process among several; the last one removes the folder."""
    if _SHARE:
        _stop()


def _stop() -> None:
    from oferta.project import embedded

    embedded.stop_server()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse the fixture whose clean-up would cut through the ledger's protections."""
    for item in items:
        if "transactional_db" in getattr(item, "fixturenames", ()):
            message = f"{item.nodeid}: use fresh_db, not transactional_db (see tests/conftest.py)"
            raise pytest.UsageError(message)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the test database whichever tests run: the plugin's own leaves it out for `fresh_db`."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0, interactive=False, aliases={"default"}, serialized_aliases=()
        )
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def _template(django_db_setup: None, django_db_blocker: Any) -> str:
    """Copy the migrated, empty test database once; copies of the copy are cheap."""
    with django_db_blocker.unblock():
        _copy_database(_test_database(), TEMPLATE)
    return TEMPLATE


@pytest.fixture
def fresh_db(_template: str, django_db_blocker: Any) -> Iterator[str]:
    """Give the test a database of its own in which commits are real; the value is its name.

    Every Django connection of every thread opened meanwhile leads to it.
    """
    with _own_database(_template, django_db_blocker) as name:
        yield name


@pytest.fixture(scope="module")
def shared_db(_template: str, django_db_blocker: Any) -> Iterator[str]:
    """As `fresh_db`, for all tests of a file that do not mind each other; none uses another one."""
    with _own_database(_template, django_db_blocker) as name:
        yield name


@pytest.fixture
def site(fresh_db: str) -> Iterator[str]:
    """Serve the pages from `fresh_db`; the value is the address, without a slash at its end."""
    with _served() as address:
        yield address


@pytest.fixture(scope="module")
def shared_site(shared_db: str) -> Iterator[str]:
    """Serve the pages from `shared_db`; the value is the address, without a slash at its end."""
    with _served() as address:
        yield address


@contextmanager
def _own_database(template: str, blocker: Any) -> Iterator[str]:
    from django.db import connections

    name = f"oferta_test_{uuid4().hex[:12]}"
    with blocker.unblock():
        settings = connections.settings["default"]
        before = settings["NAME"]
        _copy_database(template, name)
        settings["NAME"] = name
        try:
            yield name
        finally:
            connections["default"].close()
            settings["NAME"] = before
            _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _served() -> Iterator[str]:
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    server = LiveServerThread("localhost", StaticFilesHandler)
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://{server.host}:{server.port}"
    server.terminate()


@pytest.fixture
def url_of() -> Callable[[str], str]:
    """Return a function from a database's name to its `postgresql://` URL on the tests' server."""
    from oferta.project import embedded

    return lambda name: embedded.with_database(embedded.start_server(), name)


def _test_database() -> str:
    from django.db import connections

    return str(connections["default"].settings_dict["NAME"])


def _copy_database(source: str, target: str) -> None:
    from django.db import connections

    connections["default"].close()  # a template must have no connections
    _on_server(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
    _on_server(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def _on_server(statement: str) -> None:
    import psycopg
    from django.db import connections

    params = connections["default"].get_connection_params()
    kept = {key: params[key] for key in ("host", "port", "user", "password") if params.get(key)}
    with psycopg.connect(**kept, dbname="postgres", autocommit=True) as server:
        server.execute(statement)
