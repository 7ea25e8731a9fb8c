"""A receipt of an agreement is proved by a public key alone, and by nothing else (RM-41)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oferta.core.parties import receipts
from oferta.core.parties.agreement_errors import BadKey, BadReceipt

KEYS = receipts.keys_of(receipts.new_key(), [])
SAID = {"party": "0190", "pack": "bonus-club", "how": "click", "publisher": "Halyk Банк"}


def test_a_receipt_says_what_was_signed() -> None:
    assert receipts.verify(receipts.sign(SAID, KEYS), KEYS.public) == SAID


@given(st.sampled_from(sorted(SAID)), st.text(max_size=20))
def test_a_receipt_with_any_word_changed_is_refused(name: str, text: str) -> None:
    whole = json.loads(receipts.sign(SAID, KEYS))
    if whole["receipt"][name] == text:
        return
    whole["receipt"][name] = text
    with pytest.raises(BadReceipt):
        receipts.verify(json.dumps(whole), KEYS.public)


@given(st.binary(max_size=300))
def test_whatever_else_is_brought_is_refused_and_breaks_nothing(content: bytes) -> None:
    with pytest.raises(BadReceipt):
        receipts.verify(content, KEYS.public)


def test_a_name_that_stands_twice_is_refused() -> None:
    text = receipts.sign(SAID, KEYS).replace('"how":"click"', '"how":"view","how":"click"')
    with pytest.raises(BadReceipt, match="twice"):
        receipts.verify(text, KEYS.public)


def test_another_ones_key_proves_nothing_even_under_our_keys_name() -> None:
    other = receipts.keys_of(receipts.new_key(), [])
    with pytest.raises(BadReceipt):
        receipts.verify(receipts.sign(SAID, other), KEYS.public)
    renamed = json.loads(receipts.sign(SAID, other)) | {"key": next(iter(KEYS.public))}
    with pytest.raises(BadReceipt, match="does not fit"):
        receipts.verify(json.dumps(renamed), KEYS.public)


def test_after_a_rotation_old_receipts_still_count_and_new_ones_name_the_new_key() -> None:
    old = receipts.sign(SAID, KEYS)
    rotated = receipts.keys_of(receipts.new_key(), KEYS.public.values())
    new = receipts.sign(SAID, rotated)
    assert receipts.verify(old, rotated.public) == receipts.verify(new, rotated.public) == SAID
    assert json.loads(old)["key"] != json.loads(new)["key"]


@pytest.mark.parametrize("shape", ["pem", "jwks"])
def test_published_keys_are_read_back_from_both_kinds_of_file(tmp_path: Path, shape: str) -> None:
    rotated = receipts.keys_of(receipts.new_key(), KEYS.public.values())
    file = tmp_path / "keys"
    if shape == "pem":
        file.write_text(receipts.public_pem(rotated.public))
    else:
        file.write_text(json.dumps(receipts.jwks(rotated.public)))
    read = receipts.read_public_keys(file)
    assert set(read) == set(rotated.public)
    assert receipts.verify(receipts.sign(SAID, rotated), read) == SAID


@pytest.mark.parametrize("content", ["", "{", '{"keys": []}', '{"keys": [{"kty": "RSA"}]}', "x"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys"
    file.write_text(content)
    with pytest.raises(BadKey):
        receipts.read_public_keys(file)
    with pytest.raises(BadKey):
        receipts.read_signing_key(file)
