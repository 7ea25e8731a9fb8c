"""A ticket as an Apple Wallet pass (`.pkpass`): a signed ZIP file.

The signature needs a certificate that Apple gave to the operator for its pass type; its PEM files
are the caller's. What Apple's phones check: https://developer.apple.com/documentation/walletpasses
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7
from cryptography.x509.oid import NameOID

from oferta.services.tickets.codes.errors import BadPassCertificate

#: Every entry has one date, so that the same pass is the same file.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose passes these are, as Apple's certificate says, and the key that signs them."""

    #: As "pass.example.tickets".
    pass_type: str
    team: str
    organisation: str
    certificate: x509.Certificate
    key: RSAPrivateKey
    #: Apple's intermediate certificates, which phones want in the signature.
    chain: Sequence[x509.Certificate] = ()


@dataclass(frozen=True, slots=True)
class Pass:
    """What the pass shows, in words of its reader's language."""

    #: Never used for another ticket; a new generation of the code keeps it and replaces the pass.
    serial: str
    title: str
    #: Label and value; the first is shown large, the next two beside it, the rest on the back.
    lines: Sequence[tuple[str, str]]
    #: What the code holds. A pass cannot rotate it: it is a paper's.
    code: str
    starts: datetime
    voided: bool = False


_LARGE, _BESIDE = 1, 3


def read_issuer(file: Path) -> Issuer:
    """Return whose passes these are, as a PEM file says.

    Args:
        file: Apple's certificate of the pass type first, its key, Apple's certificates above it.

    Raises:
        BadPassCertificate: it cannot be read, or holds no such certificate and key.
    """
    try:
        raw = file.read_bytes()
        certificate, *chain = x509.load_pem_x509_certificates(raw)
        key = load_pem_private_key(raw[raw.index(b"-----BEGIN PRIVATE KEY") :], password=None)
    except (OSError, ValueError, TypeError) as error:
        raise BadPassCertificate(file=file.name, what=str(error)[:200]) from error
    if not isinstance(key, RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise BadPassCertificate(file=file.name, what="the key is not the certificate's")
    pass_type, team, organisation = (_named(certificate, one) for one in _SUBJECT)
    if not (pass_type and team and organisation):
        raise BadPassCertificate(file=file.name, what="the subject names no pass type or team")
    return Issuer(pass_type, team, organisation, certificate, key, chain)


def pkpass(shown: Pass, issuer: Issuer, pictures: Mapping[str, bytes]) -> bytes:
    """Return the pass as a file to hand out as `application/vnd.apple.pkpass`.

    Args:
        pictures: PNG by name; "icon.png" must be among them.
    """
    files = {"pass.json": _json(_described(shown, issuer)), **pictures}
    manifest = _json({name: hashlib.sha1(raw).hexdigest() for name, raw in files.items()})  # noqa: S324 - Apple's choice; the manifest is what is signed
    files |= {"manifest.json": manifest, "signature": _signature(manifest, issuer)}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), raw, zipfile.ZIP_DEFLATED)
    return held.getvalue()


#: Where Apple's certificate names the pass type, the team and the organisation.
_SUBJECT = (NameOID.USER_ID, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME)


def _named(certificate: x509.Certificate, name: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(name)
    return str(found[0].value) if found else ""


def _described(shown: Pass, issuer: Issuer) -> dict[str, Any]:
    fields = [
        {"key": f"line{number}", "label": label, "value": value}
        for number, (label, value) in enumerate(shown.lines)
    ]
    return {
        "formatVersion": 1,
        "passTypeIdentifier": issuer.pass_type,
        "teamIdentifier": issuer.team,
        "organizationName": issuer.organisation,
        "serialNumber": shown.serial,
        "description": shown.title,
        "relevantDate": shown.starts.isoformat(),
        "voided": shown.voided,
        "sharingProhibited": True,  # a copy is not another ticket
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": shown.code,
                "messageEncoding": "iso-8859-1",
            }
        ],
        "eventTicket": {
            "headerFields": [],
            "primaryFields": [{"key": "title", "label": "", "value": shown.title}],
            "secondaryFields": fields[:_LARGE],
            "auxiliaryFields": fields[_LARGE:_BESIDE],
            "backFields": fields[_BESIDE:],
        },
    }


def _signature(manifest: bytes, issuer: Issuer) -> bytes:
    built = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(manifest)
        .add_signer(issuer.certificate, issuer.key, hashes.SHA256())
    )
    for certificate in issuer.chain:
        built = built.add_certificate(certificate)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return built.sign(Encoding.DER, options)


def _json(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
