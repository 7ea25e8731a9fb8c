"""Files of card payments: what is read, what is reported, what is refused."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from oferta.services.club.errors import FileUnreadable
from oferta.services.club.payments_file import read_payments
from oferta.services.club.types import BadRow, PaymentRow

HEADER = "date,amount,original_currency,merchant,card,category\n"
GOOD = "2017-01-02,12.99,GBP,aldi,*5492,Equip Operational\n"


def a_file(folder: Path, text: str) -> Path:
    path = folder / "payments.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_is_read_in_minor_units_with_its_line(tmp_path: Path) -> None:
    (row,) = read_payments(a_file(tmp_path, HEADER + "2017-01-02,-7.99,,amazon prime,*3088,\n"))
    assert row == PaymentRow(2, date(2017, 1, 2), -799, "", "amazon prime", "*3088", "")


def test_a_gzipped_file_is_known_by_its_first_bytes_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "payments.csv"
    path.write_bytes(gzip.compress((HEADER + GOOD).encode()))
    assert len(list(read_payments(path))) == 1


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("2017-02-30,1.00,GBP,aldi,*5492,x", "date"),
        ("02.01.2017,1.00,GBP,aldi,*5492,x", "date"),
        ("2017-01-02,1,GBP,aldi,*5492,x", "amount"),
        ("2017-01-02,0.00,GBP,aldi,*5492,x", "amount"),
        ("2017-01-02,1.005,GBP,aldi,*5492,x", "amount"),
        ("2017-01-02,nan,GBP,aldi,*5492,x", "amount"),
        ("2017-01-02,1e5,GBP,aldi,*5492,x", "amount"),
        ("2017-01-02,1.00,gbp,aldi,*5492,x", "original_currency"),
        ("2017-01-02,1.00,GBP, ,*5492,x", "merchant"),
        ("2017-01-02,1.00,GBP,aldi,5492,x", "card"),
        ("2017-01-02,1.00,GBP,aldi,*5492", "row"),
        ("2017-01-02,1.00,GBP,aldi,*5492,x,y", "row"),
        (f"2017-01-02,1.00,GBP,{'a' * 501},*5492,x", "merchant"),
    ],
)
def test_a_bad_row_is_reported_with_file_line_and_column_and_the_rest_go_on(
    tmp_path: Path, cells: str, column: str
) -> None:
    bad, good = read_payments(a_file(tmp_path, HEADER + cells + "\n" + GOOD))
    assert isinstance(bad, BadRow)
    assert (bad.file, bad.line, bad.column) == ("payments.csv", 2, column)
    assert bad.expected
    assert isinstance(good, PaymentRow)
    assert good.line == 3


def test_the_line_is_that_of_the_file_though_a_quoted_field_holds_line_breaks(
    tmp_path: Path,
) -> None:
    rows = list(
        read_payments(a_file(tmp_path, HEADER + '2017-01-02,1.00,GBP,"a\nb",*5492,x\n' + GOOD))
    )
    assert isinstance(rows[0], BadRow)
    assert isinstance(rows[1], PaymentRow)
    assert rows[1].line == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"date,amount\n2017-01-02,1.00\n",
        b"\x1f\x8b broken gzip",
        gzip.compress((HEADER + GOOD).encode())[:-12],
        HEADER.encode() + b"2017-01-02,1.00,GBP,caf\xe9,*5492,x\n",
        HEADER.encode() + b'2017-01-02,1.00,GBP,"open quote,*5492,x\n',
    ],
)
def test_what_is_no_such_file_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "payments.csv"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable) as refused:
        list(read_payments(path))
    assert refused.value.code == "club.file_unreadable"
    assert refused.value.expected


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FileUnreadable):
            list(read_payments(path))


def test_the_sample_year_has_no_bad_row() -> None:
    rows = list(read_payments(Path("samples/card-payments-2017.csv.gz")))
    assert len(rows) == 54_237
    assert all(isinstance(row, PaymentRow) for row in rows)
