"""Card messages: whatever the bytes are, there is an answer, and nobody's card number is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_messages import MASKED, PAN, a_message, a_reversal
from oferta.services.club.feeds import messages, spec
from oferta.services.club.feeds.messages import Asked, Bad

NOW = datetime(2026, 1, 2, 8, tzinfo=UTC)
NEW_YEARS_EVE = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
WHOLE = a_message(at=NOW)


def test_a_payment_is_read_with_its_card_masked_and_its_year_found() -> None:
    read = messages.read(a_message(7, at=NEW_YEARS_EVE), now=NOW)
    assert isinstance(read, Asked)
    assert read.paid is not None
    assert (read.paid.card, read.paid.amount) == (MASKED, 1000_00)
    assert read.paid.paid_at == NEW_YEARS_EVE
    assert read.paid.facts["method"] == "halyk_qr"
    assert PAN not in repr(read.paid)


def test_an_advice_of_a_payment_is_that_payment_and_a_reversal_names_it() -> None:
    first, advice, reversal = (
        messages.read(one, now=NOW)
        for one in (
            a_message(7, at=NOW),
            a_message(7, at=NOW, kind="0220"),
            a_reversal(9, 7, at=NOW),
        )
    )
    assert isinstance(first, Asked)
    assert isinstance(advice, Asked)
    assert isinstance(reversal, Asked)
    assert first.paid == advice.paid
    assert reversal.paid is not None
    assert first.paid is not None
    assert (reversal.paid.refund_of, reversal.paid.amount) == (first.paid.id, -1000_00)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", spec.FORMAT_ERROR),
        (b"0200", spec.FORMAT_ERROR),
        (a_message(at=NOW, kind="0999"), spec.FORMAT_ERROR),
        (a_message(at=NOW, f11=""), spec.FORMAT_ERROR),
        (a_message(at=NOW, f7="0231000000"), spec.FORMAT_ERROR),
        (a_message(at=NOW, f49="840"), spec.INVALID),
        (a_message(at=NOW, f4="000000000000"), spec.BAD_AMOUNT),
        (a_message(at=NOW, f4="00000000000x"), spec.FORMAT_ERROR),
        (a_message(at=NOW, f3="990000"), spec.INVALID),
        (a_reversal(2, 1, at=NOW, f90="x" * 42), spec.FORMAT_ERROR),
    ],
)
def test_what_cannot_be_is_answered_with_its_code(message: bytes, code: str) -> None:
    read = messages.read(message, now=NOW)
    assert isinstance(read, Bad)
    assert read.code == code
    said = messages.decoded(messages.answer(read.fields, read.code))
    assert said[spec.ANSWER] == code


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(frame: bytes) -> None:
    read = messages.read(frame, now=NOW)
    code = read.code if isinstance(read, Bad) else spec.ACCEPTED
    assert messages.decoded(messages.answer(read.fields, code))[spec.ANSWER] == code


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_message_with_some_bytes_changed_gets_an_answer_and_says_no_card(
    place: int, other: bytes
) -> None:
    read = messages.read(WHOLE[:place] + other + WHOLE[place + len(other) :], now=NOW)
    if isinstance(read, Bad):
        assert PAN not in read.why
    code = read.code if isinstance(read, Bad) else spec.ACCEPTED
    assert messages.decoded(messages.answer(read.fields, code))[spec.ANSWER] == code
