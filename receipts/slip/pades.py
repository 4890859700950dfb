"""A PAdES signature by pyHanko, the same for the same slip."""

import asyncio

from asn1crypto import keys, x509
from cryptography import x509 as given
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

TIME_STAMP_SECONDS = 10  # after which an authority that does not answer is away


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

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(f"Slips are signed over SHA-256, not {digest_algorithm}.")
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        return self.private.sign(data, algorithm)

    def signature_over(self, digest: bytes, time_stamps: str = "") -> bytes:
        """The CMS over a SHA-256: PAdES B-B, or B-T with an authority's address."""
        stamper = HTTPTimeStamper(time_stamps, timeout=TIME_STAMP_SECONDS) if time_stamps else None
        made = self.async_sign(digest, "sha256", use_pades=True, timestamper=stamper)
        return asyncio.run(made).dump()


def asn1(certificate: given.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
