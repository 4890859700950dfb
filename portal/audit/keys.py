"""The keys that sign checkpoints (Ed25519): files or settings, never rows.

The first of them signs for good; others in the list sign beside it while those who watch take the
new one. The public half of each that has signed stays in the database (`CheckpointKey`), so that
old checkpoints can still be checked.
"""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from portal.audit.models import CheckpointKey
from portal.audit.note import KeyMalformed, SignerKey, VerifierKey, check_name
from portal.made_once import made_once


class KeyUnusable(Exception):
    """No checkpoint can be signed: the key is missing, broken or of another kind."""


def origin() -> str:
    """The name of the log, and of its keys. It must never change while the log goes on."""
    name = settings.AUDIT_ORIGIN or f"{urlsplit(settings.PUBLIC_URL).hostname}/audit"
    try:
        return check_name(name)
    except KeyMalformed as error:
        raise KeyUnusable(f"AUDIT_ORIGIN cannot name a log: {name!r}.") from error


def signers() -> list[SignerKey]:
    """The keys that sign now, the main one first. Raises KeyUnusable."""
    given = settings.AUDIT_KEYS or [str(own_file())]
    return [SignerKey(origin(), _read(each)) for each in given]


def verifiers() -> list[VerifierKey]:
    """Every key that has signed here, the newest first."""
    rows = CheckpointKey.objects.order_by("-first_used_at", "vkey")
    return [VerifierKey.parse(row.vkey) for row in rows]


def remember(keys: list[SignerKey], now: datetime) -> None:
    known = set(CheckpointKey.objects.values_list("vkey", flat=True))
    CheckpointKey.objects.bulk_create(
        CheckpointKey(vkey=text, first_used_at=now)
        for text in dict.fromkeys(str(key.verifier) for key in keys)
        if text not in known
    )


def _read(given: str) -> Ed25519PrivateKey:
    passphrase = settings.AUDIT_KEY_PASSPHRASE.encode() or None
    try:
        # PEM itself, as secret stores put it into the environment, or the path of a file.
        pem = given.encode() if "-----BEGIN" in given else Path(given).read_bytes()
        private = serialization.load_pem_private_key(pem, passphrase)
    except (OSError, ValueError, TypeError) as error:
        # Never the text itself: an error of a parser may quote what it read.
        raise KeyUnusable("The key that signs checkpoints cannot be read.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyUnusable("The key that signs checkpoints is not an Ed25519 key.")
    return private


def own_file() -> Path:
    """The key of an installation that was given none: made once, readable by its owner alone."""
    return made_once(Path(settings.VAR_DIR) / "audit" / "own.pem", _new)


def _new() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
