"""A PAdES signature by pyHanko, the same for the same slip but for the stamp of its time."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from asn1crypto import cms, keys, x509
from cryptography import x509 as given
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from receipts.slip import time_stamps

# Stands where the digest comes; random, so that it is nowhere else.
BLANK_DIGEST = secrets.token_bytes(32)


class Pades(SimpleSigner):
    """ECDSA with the nonce of RFC 6979: the same slip signed again is the same bytes, and no
    weak source of random numbers can give the key away."""

    def __init__(self, private: ec.EllipticCurvePrivateKey, certificates: list[given.Certificate]):
        der = private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        chain = [asn1(certificate) for certificate in certificates]
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(
            signing_cert=chain[0],
            signing_key=keys.PrivateKeyInfo.load(der),
            cert_registry=store,
        )
        self.private = private
        self._signed, self._forms = b"", dict[int, bytes]()

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(f"Slips are signed over SHA-256, not {digest_algorithm}.")
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        return self.private.sign(data, algorithm)

    def signature_over(self, digest: bytes) -> bytes:
        """The CMS over a SHA-256: PAdES B-B."""
        return self._filled_in(digest)

    def stamped(self, digest: bytes, authority: str) -> bytes:
        """The same with the time by an authority: PAdES B-T. Raises NoTimeStamp."""
        made = cms.ContentInfo.load(self._filled_in(digest))
        (signer,) = made["content"]["signer_infos"]
        token = time_stamps.token(authority, signer["signature"].native)
        attribute = simple_cms_attribute("signature_time_stamp_token", token)
        signer["unsigned_attrs"] = cms.CMSAttributes([attribute])
        return made.dump()

    def _filled_in(self, digest: bytes) -> bytes:
        """pyHanko takes 10 ms to build a CMS in which only the digest and the signature differ. So
        it builds one for each length of a signature, and later ones are that one filled in."""
        blank = self._attributes()
        attributes = blank.replace(BLANK_DIGEST, digest)
        signature = self.sign_raw(attributes, "sha256")
        whole = self._form(len(signature))
        return whole.replace(BLANK_DIGEST, digest).replace(_blank(len(signature)), signature)

    def _attributes(self) -> bytes:
        """What is signed, DER, with a blank for the digest."""
        if not self._signed:
            self._form(0)
        return self._signed

    def _form(self, length: int) -> bytes:
        """The CMS with blanks for a digest and for a signature of `length` bytes."""
        if length not in self._forms:
            blank = Blank(self, length)
            made = _waited_for(blank.async_sign(BLANK_DIGEST, "sha256", use_pades=True)).dump()
            if made.count(BLANK_DIGEST) != 1 or blank.asked.count(BLANK_DIGEST) != 1:
                raise ValueError("There is not one place for the digest.")
            self._signed, self._forms[length] = blank.asked, made
        return self._forms[length]


class Blank(SimpleSigner):
    """Signs nothing: leaves a blank of the length that a signature will have."""

    def __init__(self, like: Pades, length: int):
        super().__init__(
            signing_cert=like.signing_cert,
            signing_key=like.signing_key,
            cert_registry=like.cert_registry,
        )
        self.length, self.asked = length, b""

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        self.asked = data
        return _blank(self.length)


def _waited_for(coroutine):
    """What it comes to. In a thread of its own: the caller's may have an event loop already."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def _blank(length: int) -> bytes:
    return b"\xa5" * length


def asn1(certificate: given.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
