"""The keys of receipts, as the settings name them."""

from __future__ import annotations

from pathlib import Path

from oferta.core.parties import receipts
from oferta.core.parties.receipts import Keys
from oferta.project.config import BadSetting, Config, keep_whole


def receipt_keys(config: Config) -> Keys:
    """Return the key that signs receipts and every public one that did.

    Raises:
        BadSetting: no key is set outside development.
        BadKey: a file holds no such key.
    """
    retired = Path(config.receipt_keys_retired) if config.receipt_keys_retired else None
    return receipts.keys_of(
        receipts.read_signing_key(_signing_key(config)),
        receipts.read_public_keys(retired).values() if retired else (),
    )


def _signing_key(config: Config) -> Path:
    if config.receipt_key:
        return Path(config.receipt_key)
    if not config.development:
        expected = "a PEM file, as `oferta receipt new-key` writes it"
        raise BadSetting(name="OFERTA_RECEIPT_KEY", given="", expected=expected)
    kept = config.data / "receipt_key.pem"
    if not kept.exists():
        keep_whole(kept, receipts.private_pem(receipts.new_key()).decode())
    return kept
