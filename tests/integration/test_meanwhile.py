"""Other work is done while the database works, and never instead of it."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from oferta.kernel.meanwhile import meanwhile

pytestmark = pytest.mark.django_db


class Work:
    """A number of steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.done = 0

    def step(self) -> bool:
        if self.done == self.left:
            return False
        self.done += 1
        return True


def asked(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def test_steps_are_done_while_the_server_works_and_the_answer_is_the_same() -> None:
    work = Work(50)
    with meanwhile(work.step):
        assert asked("SELECT 7 FROM pg_sleep(0.2)") == (7,)
    assert work.done == 50


def test_an_answer_does_not_wait_for_the_work_to_end() -> None:
    endless = Work(-1)
    with meanwhile(endless.step):
        assert asked("SELECT 7 FROM pg_sleep(0.02)") == (7,)
    assert endless.done > 0


def test_nothing_is_done_once_the_block_is_left_even_by_an_error() -> None:
    work = Work(-1)
    with pytest.raises(ProgrammingError), transaction.atomic(), meanwhile(work.step):
        asked("SELECT nothing_of_that_name FROM pg_sleep(0)")
    done = work.done
    asked("SELECT 1 FROM pg_sleep(0.02)")
    assert work.done == done
    assert "wait" not in vars(connection.connection)


def test_blocks_within_blocks_leave_the_outer_work_in_its_place() -> None:
    outer, inner = Work(-1), Work(-1)
    with meanwhile(outer.step):
        with meanwhile(inner.step):
            asked("SELECT 1 FROM pg_sleep(0.02)")
        between = inner.done
        asked("SELECT 1 FROM pg_sleep(0.02)")
    assert between > 0
    assert inner.done == between
    assert outer.done > 0


def test_a_step_that_asks_the_database_is_refused_instead_of_waiting_for_ever() -> None:
    refused: list[str] = []

    def step() -> bool:
        if refused:
            return False
        try:
            asked("SELECT 1")
        except RuntimeError as error:
            refused.append(str(error))
        return True

    with meanwhile(step):
        assert asked("SELECT 7 FROM pg_sleep(0.02)") == (7,)
    assert refused == ["a step of other work asked the database while it was at work"]
    assert asked("SELECT 8") == (8,)


def test_a_large_text_goes_out_whole_while_other_work_is_done() -> None:
    work = Work(-1)
    sent = "й" * 3_000_000
    with meanwhile(work.step), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE told (text text)")
        with cursor.copy("COPY told FROM STDIN") as copy:
            copy.write(sent)
        cursor.execute("SELECT length(text), md5(text) = md5(%s) FROM told", [sent])
        assert cursor.fetchone() == (3_000_000, True)
    assert work.done > 0
