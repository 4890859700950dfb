"""The key with which the institution signs its slips: from the settings, else made once in VAR_DIR.

A key that is named and cannot be used stops slips, never makes unsigned ones: the customer gets
the slip as text, operations an alert (receipts.slip.issue).
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.made_once import made_once
from receipts.models import SigningCertificate
from receipts.slip import trouble

# Of a key that this installation makes for itself. A certificate authority's is renewed sooner.
OWN_LIFETIME = timedelta(days=3653)
# Bytes that a time-stamp token with its authority's certificates may take.
TIME_STAMP_ROOM = 8192


class KeyUnusable(Exception):
    """No slip can be signed: the key or its certificate is missing, broken or over."""


@dataclass(frozen=True)
class Key:
    """A private key with its certificate first and, if an authority gave it, the chain after."""

    private: ec.EllipticCurvePrivateKey
    certificates: list[x509.Certificate]
    time_stamps: str = ""  # the address of an RFC 3161 authority

    @property
    def certificate(self) -> x509.Certificate:
        return self.certificates[0]

    @cached_property
    def signer(self):
        # pyHanko takes a fifth of a second to load: a start that signs nothing need not wait.
        from receipts.slip.pades import Pades

        return Pades(self.private, self.certificates)

    @cached_property
    def room(self) -> int:
        """Bytes to reserve for a signature: a little over what one takes."""
        tried = self.signer.signature_over(b"\0" * 32)
        return len(tried) + 32 + (TIME_STAMP_ROOM if self.time_stamps else 0)

    def sign(self, digest: bytes) -> bytes:
        """The CMS signature over a SHA-256: PAdES B-B, or B-T with a time-stamp authority.

        An authority that gives no stamp ends it with NoTimeStamp where the settings want a stamp
        on every slip; else operations are told and the slip goes without.
        """
        if not self.time_stamps:
            return self.signer.signature_over(digest)
        from receipts.slip.time_stamps import NoTimeStamp

        try:
            made = self.signer.stamped(digest, self.time_stamps)
            if len(made) > self.room:
                raise NoTimeStamp(f"a token larger than {TIME_STAMP_ROOM} bytes")
        except NoTimeStamp as error:
            if settings.SLIP_TIME_STAMPS_NEEDED:
                raise
            trouble.alert(error, "slip_not_stamped")
            return self.signer.signature_over(digest)
        return made

    def check(self, now: datetime) -> None:
        """Raises KeyUnusable where nobody could trust what it signs."""
        if self.private.public_key() != self.certificate.public_key():
            raise KeyUnusable("The certificate is not that of the signing key.")
        if not self.certificate.not_valid_before_utc <= now <= self.certificate.not_valid_after_utc:
            raise KeyUnusable("The certificate of the signing key is not valid now.")


_keys: dict[tuple, Key] = {}


def key(now: datetime | None = None) -> Key:
    """The key that signs now. Raises KeyUnusable.

    Read again when its file changes, so that a new one needs no restart.
    """
    where, certificates = settings.SLIP_KEY, settings.SLIP_CERTIFICATE
    if not where:
        where = certificates = str(_own_file())
    elif not certificates:
        raise KeyUnusable("SLIP_KEY is set and SLIP_CERTIFICATE is not.")
    named = (_stamp(where), _stamp(certificates), settings.SLIP_TIME_STAMPS)
    if named not in _keys:
        _keys.clear()
        _keys[named] = _read(where, certificates)
    found = _keys[named]
    found.check(now or datetime.now(UTC))
    return found


def _stamp(given: str) -> tuple:
    if "-----BEGIN" in given:
        return (given,)
    try:
        state = os.stat(given)
    except OSError as error:
        raise KeyUnusable(f"{Path(given).name} cannot be read: {error.strerror}.") from error
    return (given, state.st_mtime_ns, state.st_size)


def _pem(given: str) -> bytes:
    """PEM itself, as secret stores put it into the environment, or the path of a file."""
    return given.encode() if "-----BEGIN" in given else Path(given).read_bytes()


def _read(where: str, certificates: str) -> Key:
    passphrase = settings.SLIP_KEY_PASSPHRASE.encode() or None
    try:
        private = serialization.load_pem_private_key(_pem(where), passphrase)
        chain = x509.load_pem_x509_certificates(_pem(certificates))
    except (OSError, ValueError, TypeError) as error:
        # Never the text itself: an error of a parser may quote what it read.
        raise KeyUnusable("The signing key or its certificate cannot be read.") from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise KeyUnusable("The signing key is not an EC key on the curve P-256.")
    return Key(private, chain, settings.SLIP_TIME_STAMPS)


def _own_file() -> Path:
    """The key of an installation that was given none: made once, readable by its owner alone."""
    return made_once(Path(settings.VAR_DIR) / "signing" / "own.pem", make_own)


def make_own(name: str = "Xiaopiao slips, self-signed", now: datetime | None = None) -> bytes:
    """A new key on P-256 and a certificate that it signs itself, as one PEM."""
    now = now or datetime.now(UTC)
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = {
        "digital_signature": True,
        "content_commitment": True,
        "key_encipherment": False,
        "data_encipherment": False,
        "key_agreement": False,
        "key_cert_sign": False,
        "crl_sign": False,
        "encipher_only": False,
        "decipher_only": False,
    }
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + OWN_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False
        )
        .sign(private, hashes.SHA256())
    )
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, as readers of PDF show it."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def remember(key: Key, now: datetime) -> None:
    """Keep the certificate: whoever checks a slip after the next change of keys needs it."""
    mark = fingerprint(key.certificate)
    if not SigningCertificate.objects.filter(fingerprint=mark).exists():
        pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in key.certificates)
        with transaction.atomic():
            _kept, is_new = SigningCertificate.objects.get_or_create(
                fingerprint=mark, defaults={"pem": pem.decode(), "first_used_at": now}
            )
            if is_new:
                audit.record(
                    "slip_key",
                    "slip_key.first_used",
                    actor=Actor.system("slips"),
                    after={"fingerprint": mark},
                    at=now,
                )
