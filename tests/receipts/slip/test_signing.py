"""The key that signs slips: given or made, found or missing, changed for another."""

import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.checks import run_checks

from portal.accounts.actor import Actor
from receipts.models import SigningCertificate, SlipIssue
from receipts.slip import signing
from receipts.slip.errors import SlipNotReady
from receipts.slip.issue import issue_slip
from receipts.slip.signing import KeyUnusable

ACTOR = Actor.consumer("payment:test")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def own_var(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def locked(pem: bytes, passphrase: bytes) -> bytes:
    private = serialization.load_pem_private_key(pem, None)
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )


def ids() -> set[str]:
    """Needs `db`: other checks look into it."""
    return {message.id for message in run_checks() if message.id.endswith("020")}


def test_without_settings_a_key_is_made_once_and_only_its_owner_reads_it(own_var):
    first = signing.key()
    path = own_var / "signing" / "own.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert first.private.curve.name == "secp256r1"
    assert signing.key() is first
    assert [each.name for each in path.parent.iterdir()] == ["own.pem"]


def test_of_many_processes_that_make_it_all_use_the_same(own_var):
    made = []
    threads = [threading.Thread(target=lambda: made.append(signing._own_file())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({path.read_bytes() for path in made}) == 1
    assert [each.name for each in (own_var / "signing").iterdir()] == ["own.pem"]


@pytest.mark.parametrize("how", ["path", "text"])
def test_a_given_key_with_a_passphrase_signs(db, settings, tmp_path, how):
    pem = signing.make_own("Given")
    private, certificate = locked(pem, b"open sesame"), pem[pem.index(b"-----BEGIN CERT") :]
    if how == "path":
        (tmp_path / "key.pem").write_bytes(private)
        (tmp_path / "chain.pem").write_bytes(certificate)
        settings.SLIP_KEY, settings.SLIP_CERTIFICATE = (
            str(tmp_path / "key.pem"),
            str(tmp_path / "chain.pem"),
        )
    else:
        settings.SLIP_KEY, settings.SLIP_CERTIFICATE = private.decode(), certificate.decode()
    settings.SLIP_KEY_PASSPHRASE = "open sesame"
    assert signing.key().certificate == x509.load_pem_x509_certificate(certificate)
    assert ids() == set()


def rsa_key() -> bytes:
    return rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def certificate_of(pem: bytes) -> str:
    return pem[pem.index(b"-----BEGIN CERT") :].decode()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (lambda: ("/nowhere/key.pem", "/nowhere/chain.pem"), "cannot be read"),
        (lambda: (signing.make_own().decode(), ""), "SLIP_CERTIFICATE is not"),
        (lambda: ("-----BEGIN PRIVATE KEY-----\nrubbish", "-----BEGIN"), "cannot be read"),
        (
            lambda: (locked(signing.make_own(), b"x").decode(), certificate_of(signing.make_own())),
            "cannot be read",
        ),
        (lambda: (rsa_key().decode(), certificate_of(signing.make_own())), "P-256"),
        (
            lambda: (signing.make_own().decode(), certificate_of(signing.make_own())),
            "not that of the signing key",
        ),
        (
            lambda: (pem := signing.make_own(now=NOW - timedelta(days=9999)).decode(), pem),
            "not valid now",
        ),
    ],
)
def test_a_key_that_cannot_sign_stops_slips_and_says_why(settings, make_kind, given, why):
    sale = make_kind("sale")
    settings.SLIP_KEY, settings.SLIP_CERTIFICATE = given()
    with pytest.raises(KeyUnusable, match=why) as told:
        signing.key()
    assert "PRIVATE" not in str(told.value)
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert SlipIssue.objects.count() == 0
    assert ids() == {"xiaopiao.E020"}


def test_a_certificate_that_ends_soon_is_told_before(db, settings):
    pem = signing.make_own(now=datetime.now(UTC) - signing.OWN_LIFETIME + timedelta(days=9))
    settings.SLIP_KEY = settings.SLIP_CERTIFICATE = pem.decode()
    assert ids() == {"xiaopiao.W020"}


def test_production_is_told_to_give_a_key(db, settings):
    deploy = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "xiaopiao.E021" in deploy
    settings.SLIP_KEY = settings.SLIP_CERTIFICATE = signing.make_own().decode()
    deploy = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "xiaopiao.E021" not in deploy


def test_a_new_key_signs_at_once_and_the_old_certificate_is_kept(settings, tmp_path, make_kind):
    path = tmp_path / "key.pem"
    settings.SLIP_KEY = settings.SLIP_CERTIFICATE = str(path)
    for voucher in ("000001", "000002"):
        path.write_bytes(signing.make_own(voucher))
        issue_slip(make_kind("sale", voucher_no=voucher), actor=ACTOR)
    assert [
        x509.load_pem_x509_certificate(row.pem.encode()).subject.rfc4514_string()
        for row in SigningCertificate.objects.order_by("pk")
    ] == ["CN=000001", "CN=000002"]


def test_the_same_digest_is_signed_the_same():
    key = signing.key()
    assert key.sign(b"\1" * 32) == key.sign(b"\1" * 32)
    assert key.sign(b"\1" * 32) != key.sign(b"\2" * 32)
    assert len(key.sign(b"\1" * 32)) <= key.room


def test_the_key_is_of_the_kind_that_was_promised():
    assert isinstance(signing.key().private, ec.EllipticCurvePrivateKey)
