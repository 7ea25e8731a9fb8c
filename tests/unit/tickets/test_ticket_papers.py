"""Tickets as PDF and as Apple passes: what a reader, a scanner and a phone find in them."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from oferta.core.parties import receipts
from oferta.services.tickets.codes import apple, paper, qr, signed
from oferta.services.tickets.codes.apple import Issuer, Pass
from oferta.services.tickets.codes.paper import Paper
from oferta.services.tickets.codes.signed import Code

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
TEXT = signed.sign(
    Code(
        performance=7,
        serial=1,
        place=421,
        valid_from=NOW,
        valid_through=NOW + timedelta(hours=4),
        generation=0,
    ),
    receipts.keys_of(receipts.new_key(), ()),
)
WORDS = {
    "kk": ("Көктемгі концерт «Ән»", ("Орны", "Партер, 4-қатар, 21-орын, үңғіқөұһ")),
    "ru": ("Весенний концерт «Гала»", ("Место", "Партер, ряд 4, место 21")),
    "zh-Hant": ("春季音樂會", ("座位", "池座四排二十一號")),
    "zh-Hans": ("春季音乐会", ("座位", "池座四排二十一号")),
    "en": ("Spring concert <Gala> & more", ("Seat", "Stalls, row 4, seat 21")),
}


def printed(language: str, pages: int = 1) -> bytes:
    title, line = WORDS[language]
    one = Paper(title=title, lines=[line, ("Halyk", "1 000 ₸")], code=TEXT, number="T-1", notes=[])
    return paper.pdf([one] * pages, language=language)


@pytest.mark.parametrize("language", WORDS)
def test_a_ticket_reads_in_every_language(language: str) -> None:
    page = pdfium.PdfDocument(printed(language))[0]
    said = page.get_textpage().get_text_range().replace("\r\n", " ")
    title, line = WORDS[language]
    assert all(words in said for words in (title, *line, "T-1", "1 000 ₸"))


@pytest.mark.parametrize("language", ["kk", "zh-Hant"])
def test_a_scanner_reads_the_code_from_the_printed_page(language: str) -> None:
    page = pdfium.PdfDocument(printed(language))[0].render(scale=2).to_pil()
    assert [one.text for one in zxingcpp.read_barcodes(page)] == [TEXT]


def test_an_order_of_several_tickets_is_one_file_with_a_page_each() -> None:
    assert len(pdfium.PdfDocument(printed("ru", pages=3))) == 3


def test_the_same_ticket_is_the_same_file() -> None:
    assert printed("kk") == printed("kk")


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Pass Type ID: test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return Issuer("pass.test.tickets", "TEAM", "Oferta", certificate, key)


@pytest.fixture
def archive(issuer: Issuer) -> zipfile.ZipFile:
    shown = Pass(
        serial="T-1",
        title=WORDS["kk"][0],
        lines=[WORDS["kk"][1], ("Қақпа", "2")],
        code=TEXT,
        starts=NOW,
    )
    made = apple.pkpass(shown, issuer, {"icon.png": qr.png("OFERTA")})
    return zipfile.ZipFile(io.BytesIO(made))


def test_a_pass_names_every_file_with_its_hash(archive: zipfile.ZipFile) -> None:
    manifest = json.loads(archive.read("manifest.json"))
    assert set(archive.namelist()) == {*manifest, "manifest.json", "signature"}
    for name, digest in manifest.items():
        assert hashlib.sha1(archive.read(name)).hexdigest() == digest  # noqa: S324 - Apple's


def test_a_pass_is_signed_by_its_issuer(
    archive: zipfile.ZipFile, issuer: Issuer, tmp_path: Path
) -> None:
    archive.extractall(tmp_path)
    (tmp_path / "ca.pem").write_bytes(issuer.certificate.public_bytes(Encoding.PEM))
    told = ["openssl", "smime", "-verify", "-inform", "DER", "-in", "signature"]
    told += ["-content", "manifest.json", "-CAfile", "ca.pem", "-purpose", "any", "-no_check_time"]
    checked = subprocess.run(told, cwd=tmp_path, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()
    (tmp_path / "manifest.json").write_bytes(b"{}")
    assert subprocess.run(told, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_a_pass_carries_the_code_that_gates_read(archive: zipfile.ZipFile) -> None:
    said = json.loads(archive.read("pass.json"))
    assert said["barcodes"][0]["message"] == TEXT
    assert said["eventTicket"]["secondaryFields"][0]["value"] == WORDS["kk"][1][1]
