"""The mapping of card exports: data, checked when it is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from oferta.services.club.errors import MappingInvalid
from oferta.services.club.mapping import Mapping, load_mapping
from oferta.services.club.types import PaymentRow

SAMPLE = Path("samples/club-mapping.yaml")


def a_row(
    merchant: str, *, currency: str = "GBP", card: str = "*0000", category: str = ""
) -> PaymentRow:
    return PaymentRow(2, date(2017, 1, 2), 100, currency, merchant, card, category)


@pytest.fixture(scope="module")
def sample() -> Mapping:
    return load_mapping(SAMPLE)


def test_every_supposition_of_the_sample_is_named(sample: Mapping) -> None:
    assert len(sample.assumptions) >= len(sample.groups)


@pytest.mark.parametrize(
    ("row", "facts"),
    [
        (a_row("vodafone"), {"category": "mobile", "channel": "pos"}),
        (a_row("dvla vehicle tax"), {"category": "tax_fine"}),
        (a_row("npower", category="Electricity"), {"category": "utilities"}),
        (a_row("atm barclays bank plc"), {"category": "cash", "channel": "atm"}),
        (a_row("hotel lux", currency="EUR"), {"abroad": True}),
        (a_row("mailchimp", currency=""), {"abroad": False}),
        (a_row("www.argos.co.uk"), {"channel": "site", "partner": "argos", "partner_rate": "3%"}),
        (a_row("aldi", card="*1235"), {"method": "apple_pay"}),
        (a_row("aldi", card="*1239"), {"method": "card_physical"}),
        (a_row("paypal phonicsplay"), {"terminal_owner": "other"}),
    ],
)
def test_a_row_is_read_as_the_mapping_says(
    sample: Mapping, row: PaymentRow, facts: dict[str, object]
) -> None:
    assert facts.items() <= sample.facts_of(row).items()


def test_amounts_are_converted_exactly_and_rounded_half_to_even(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text('currency: {of_file: GBP, home: KZT, rate: "0.5"}')
    assert [load_mapping(path).converted(minor) for minor in (1, 3, -1, 4)] == [0, 2, 0, 2]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[]", "file"),
        ("strange: 1", "file"),
        ("currency: {rate: 420}", "currency.rate"),
        ('currency: {rate: "-1"}', "currency.rate"),
        ('currency: {rate: "1/0"}', "currency.rate"),
        ('currency: {rate: "1"}\ngroups: {a: {}}', "groups.a"),
        ('currency: {rate: "1"}\ngroups: {a: [{merchant_like: x, set: {}}]}', "groups.a[0]"),
        ('currency: {rate: "1"}\ngroups: {a: [{merchant_has: x}]}', "groups.a[0].set"),
        (
            'currency: {rate: "1"}\ngroups: {a: [{merchant_has: [1], set: {}}]}',
            "groups.a[0].merchant_has",
        ),
        ("a: [", "file"),
    ],
)
def test_a_bad_mapping_is_refused_with_the_place(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(MappingInvalid) as refused:
        load_mapping(path)
    assert refused.value.where == where


def test_a_missing_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid):
        load_mapping(tmp_path / "none.yaml")
