"""A ticket's code: only ours is read, old ones fall silent, scanners read it from every carrier."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from oferta.core.parties import receipts
from oferta.services.tickets.codes import base45, qr, signed
from oferta.services.tickets.codes.errors import CodeFieldTooLarge, NotOurCode
from oferta.services.tickets.codes.signed import Carrier, Code

KEYS = receipts.keys_of(receipts.new_key(), ())
OTHERS = receipts.keys_of(receipts.new_key(), ())
NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
CODE = Code(
    performance=7,
    serial=123_456_789,
    place=421,
    valid_from=NOW - timedelta(hours=1),
    valid_through=NOW + timedelta(hours=4),
    generation=0,
)
PHONE = replace(CODE, carrier=Carrier.PHONE)
KEY = signed.gate_key(b"master", PHONE.performance, 0)
SECRET = signed.telephone_secret(KEY, PHONE.serial, PHONE.generation)


def shown(at: datetime) -> str:
    return signed.rotated(signed.sign(PHONE, KEYS), SECRET, at)


@given(st.binary(max_size=120))
def test_base45_gives_back_every_byte(raw: bytes) -> None:
    assert base45.decode(base45.encode(raw)) == raw


def test_base45_says_what_the_standard_says() -> None:
    # RFC 9285, 4.3 and 4.4
    assert base45.encode(b"AB") == "BB8"
    assert base45.encode(b"Hello!!") == "%69 VD92EX0"
    assert base45.decode("QED8WEX0") == b"ietf!"


@pytest.mark.parametrize("text", ["GGW", ":::", "A", "ABCA", "::", "bb8", "\u0416AB"])
def test_base45_refuses_what_no_bytes_give(text: str) -> None:
    with pytest.raises(NotOurCode):
        base45.decode(text)


@given(
    st.builds(
        Code,
        performance=st.integers(0, 2**32 - 1),
        serial=st.integers(0, 2**64 - 1),
        place=st.integers(0, 2**32 - 1),
        valid_from=st.integers(0, 2**31).map(lambda m: datetime.fromtimestamp(m * 60, UTC)),
        valid_through=st.integers(0, 2**31).map(lambda m: datetime.fromtimestamp(m * 60, UTC)),
        generation=st.integers(0, 255),
        carrier=st.sampled_from(Carrier),
    )
)
def test_a_gate_reads_what_was_signed(code: Code) -> None:
    assert signed.read(signed.sign(code, KEYS), KEYS) == (code, b"")


@given(st.integers(0, 91), st.integers(1, 255))
def test_no_byte_of_a_code_can_be_changed(at: int, by: int) -> None:
    raw = bytearray(base45.decode(signed.sign(CODE, KEYS)))
    raw[at] ^= by
    with pytest.raises(NotOurCode):
        signed.read(base45.encode(bytes(raw)), KEYS)


@given(st.text(max_size=200))
def test_any_other_text_is_refused_as_not_ours(text: str) -> None:
    with pytest.raises(NotOurCode):
        signed.read(text, KEYS)


def test_a_code_signed_by_another_key_is_not_ours() -> None:
    with pytest.raises(NotOurCode) as refused:
        signed.read(signed.sign(CODE, OTHERS), KEYS)
    assert refused.value.what == "signature"


def test_codes_of_a_retired_key_still_count() -> None:
    renewed = receipts.keys_of(receipts.new_key(), KEYS.public.values())
    assert signed.read(signed.sign(CODE, KEYS), renewed).code == CODE


def test_a_number_that_does_not_fit_is_refused_before_anything_is_printed() -> None:
    with pytest.raises(CodeFieldTooLarge) as refused:
        signed.sign(replace(CODE, generation=256), KEYS)
    assert refused.value.facts() == {"field": "generation", "given": 256, "largest": 255}


def is_fresh(at: timedelta) -> bool:
    """Whether a gate takes the code of NOW so long after it."""
    seen = signed.read(shown(NOW), KEYS)
    assert seen.code == PHONE
    return signed.is_fresh(seen.suffix, SECRET, NOW + at)


def test_a_telephone_shows_a_new_code_every_half_minute() -> None:
    assert shown(NOW) != shown(NOW + signed.STEP)
    assert shown(NOW) == shown(NOW + signed.STEP - timedelta(seconds=1))


@pytest.mark.parametrize("steps", [-2, -1, 0, 1, 2])
def test_clocks_may_differ_by_two_steps(steps: int) -> None:
    assert is_fresh(steps * signed.STEP)


@pytest.mark.parametrize("seconds", [-300, -61, 90, 91, 300, 86_400])
def test_a_picture_of_a_telephone_is_too_old_a_minute_and_a_half_later(seconds: int) -> None:
    # TR-125: a published picture is worth nothing
    assert not is_fresh(timedelta(seconds=seconds))


def test_a_telephones_code_without_its_suffix_is_no_telephones() -> None:
    assert not signed.is_fresh(b"", SECRET, NOW)


@pytest.mark.parametrize(
    "secret",
    [
        # TR-124: a transfer inside the platform ends the old code
        signed.telephone_secret(KEY, PHONE.serial, PHONE.generation + 1),
        signed.telephone_secret(KEY, PHONE.serial + 1, PHONE.generation),
        # What a lost gate knows opens no other performance, and this one no more once renewed.
        signed.telephone_secret(
            signed.gate_key(b"master", PHONE.performance + 1, 0), PHONE.serial, PHONE.generation
        ),
        signed.telephone_secret(
            signed.gate_key(b"master", PHONE.performance, 1), PHONE.serial, PHONE.generation
        ),
    ],
)
def test_another_ticket_generation_performance_or_round_has_another_secret(secret: bytes) -> None:
    assert not signed.is_fresh(signed.suffix_of(SECRET, NOW), secret, NOW)


@pytest.mark.parametrize(("size", "turned"), [(1, 0), (4, 7), (3, 180), (2, 90)])
def test_scanners_read_the_code_small_and_turned(size: int, turned: int) -> None:
    text = shown(NOW)
    picture = Image.open(io.BytesIO(qr.png(text, scale=8))).convert("L")
    small = picture.resize((picture.width // size, picture.height // size))
    seen = zxingcpp.read_barcodes(small.rotate(turned, fillcolor=255, expand=True))
    assert [one.text for one in seen] == [text]


def test_the_code_stays_small_enough_for_a_cheap_scanner() -> None:
    # 41 modules a side is QR version 6
    assert len(qr.modules(shown(NOW))) == len(qr.modules(signed.sign(CODE, KEYS))) == 41
