"""Time stamps by an authority: a real one over HTTP, and every way in which one can fail."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from asn1crypto import keys, tsp, x509
from cryptography import x509 as given
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core import mail
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from portal.accounts.actor import Actor
from receipts.models import SlipIssue
from receipts.slip import signing, time_stamps
from receipts.slip.errors import SlipNotReady
from receipts.slip.issue import issue_slip, read
from receipts.slip.time_stamps import LARGEST, REPLY, NoTimeStamp, token
from receipts.slip.verifying import Standing, by_code

ACTOR = Actor.consumer("payment:test")
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING


def own_authority() -> DummyTimeStamper:
    """pyHanko's own, which signs by RSA, with a key of this run."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = given.Name([given.NameAttribute(NameOID.COMMON_NAME, "Time stamps")])
    now = datetime.now(UTC)
    certificate = (
        given.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(given.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(given.ExtendedKeyUsage([TIME_STAMPING]), critical=True)
        .sign(private, hashes.SHA256())
    ).public_bytes(serialization.Encoding.DER)
    der = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return DummyTimeStamper(x509.Certificate.load(certificate), keys.PrivateKeyInfo.load(der))


AUTHORITY = own_authority()


class Served:
    """An HTTP server whose answer a test decides; what it was asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.headers: list = []
        self.ended = threading.Event()
        self.answer: Callable[[BaseHTTPRequestHandler, tsp.TimeStampReq], None] = stamps

    def post(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.headers.append(handler.headers)
        try:
            self.answer(handler, tsp.TimeStampReq.load(self.asked[-1]))
        except OSError:
            self.ended.set()  # who asked has hung up


def send(handler, body: bytes, status: int = 200, kind: str = REPLY) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def stamps(handler, request) -> None:
    send(handler, AUTHORITY.request_tsa_response(request).dump())


def refuses(handler, request) -> None:
    """SEQUENCE { SEQUENCE { INTEGER 2 } }: rejection, without a token."""
    send(handler, bytes.fromhex("30053003020102"))


def changed(**members) -> Callable:
    """A stamp, rightly signed, for another question than ours."""

    def answer(handler, request) -> None:
        other = tsp.TimeStampReq.load(request.dump())
        for name, value in members.items():
            other[name] = value
        send(handler, AUTHORITY.request_tsa_response(other).dump())

    return answer


def tampered(handler, request) -> None:
    """The second moved after signing."""
    response = AUTHORITY.request_tsa_response(request)
    content = response["time_stamp_token"]["content"]["encap_content_info"]["content"]
    at = content.parsed["gen_time"].contents
    moved = at[:-2] + bytes([at[-2] ^ 1]) + at[-1:]
    send(handler, response.dump().replace(at, moved, 1))


def hangs(handler, request) -> None:
    handler.server.served.ended.wait(20)


def drips(handler, request) -> None:
    """Byte after byte, each well within any limit of a socket; the length it says never comes."""
    handler.wfile.write(f"HTTP/1.0 200 OK\r\nContent-Type: {REPLY}\r\n\r\n".encode())
    while True:
        handler.wfile.write(b"0")
        time.sleep(0.02)


def drips_its_head(handler, request) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
    while True:
        handler.wfile.write(b"0")
        time.sleep(0.02)


OTHER = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}
# What comes instead of a stamp, and what we say of it.
FAILURES = {
    "an error": (lambda handler, _: send(handler, b"", status=503), "HTTP 503"),
    "a page": (lambda handler, _: send(handler, b"<p>sign in</p>", kind="text/html"), "text/html"),
    "garbage": (lambda handler, _: send(handler, b"\x30\x82\xff\xffgarbage"), "ValueError"),
    "nothing": (lambda handler, _: send(handler, b""), "ValueError"),
    "no end": (lambda handler, _: send(handler, b"0" * (LARGEST + 1)), "without end"),
    "a refusal": (refuses, "time_stamp_token"),
    "an old answer": (changed(nonce=7), "another question"),
    "something else stamped": (changed(message_imprint=OTHER), "over something else"),
    "an altered stamp": (tampered, "does not hold"),
    "another address": (lambda handler, _: send(handler, b"", status=302), "HTTP 302"),
}


@pytest.fixture
def authority(settings):
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            served.post(self)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.served = served
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        settings.SLIP_TIME_STAMPS = f"http://127.0.0.1:{server.server_port}/tsa?policy=1"
        yield served
        served.ended.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """No authority has failed yet."""
    monkeypatch.setattr(time_stamps, "_not_before", {})


def test_a_slip_bears_the_authoritys_time_and_a_reader_of_pdf_believes_it(authority, make_kind):
    issue = issue_slip(make_kind("sale"), actor=ACTOR)
    (signature,) = PdfFileReader(BytesIO(read(issue))).embedded_signatures
    own = x509.Certificate.load(signing.key().certificate.public_bytes(serialization.Encoding.DER))
    trusted = ValidationContext(trust_roots=[own])
    clock = ValidationContext(trust_roots=[AUTHORITY.tsa_cert])
    status = validate_pdf_signature(signature, trusted, ts_validation_context=clock)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.intact
    assert len(authority.asked) == 1
    assert authority.headers[0]["Content-Type"] == "application/timestamp-query"


def test_a_name_and_password_go_with_the_question(authority, settings):
    token(settings.SLIP_TIME_STAMPS.replace("//", "//shop:p%40ss@"), b"signature")
    assert authority.headers[0]["Authorization"] == "Basic c2hvcDpwQHNz"


@pytest.mark.parametrize("failure", FAILURES)
def test_what_is_no_stamp_is_not_taken_for_one(authority, settings, failure):
    authority.answer, reason = FAILURES[failure]
    with pytest.raises(NoTimeStamp, match=reason):
        token(settings.SLIP_TIME_STAMPS, b"signature")
    assert len(authority.asked) == 1


@pytest.mark.parametrize("answer", [hangs, drips, drips_its_head])
def test_the_whole_call_has_one_end_and_the_connection_ends_with_it(
    authority, settings, monkeypatch, answer
):
    monkeypatch.setattr(time_stamps, "SECONDS", 0.4)
    authority.answer = answer
    with pytest.raises(NoTimeStamp, match=r"no answer within 0\.4 s|timed out"):
        token(settings.SLIP_TIME_STAMPS, b"signature")
    if answer is not hangs:
        assert authority.ended.wait(10)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/tsa", "nowhere", "http://127.0.0.1:1/tsa"])
def test_an_address_where_nobody_is(address):
    with pytest.raises(NoTimeStamp):
        token(address, b"signature")


def test_one_that_failed_is_not_asked_again_for_a_while(authority, settings, monkeypatch):
    authority.answer = refuses
    for _slip in range(3):
        with pytest.raises(NoTimeStamp):
            token(settings.SLIP_TIME_STAMPS, b"signature")
    assert len(authority.asked) == 1
    authority.answer = stamps
    later = time.monotonic() + time_stamps.PAUSE
    monkeypatch.setattr(time_stamps.time, "monotonic", lambda: later)
    assert token(settings.SLIP_TIME_STAMPS, b"signature").native


def test_by_default_the_slip_goes_without_it_and_operations_hear_of_it_once(
    authority, make_kind, make_member, run_outbox
):
    staff = make_member("operations")
    authority.answer = refuses
    issues = [issue_slip(make_kind("sale", voucher_no=f"00000{n}"), actor=ACTOR) for n in (1, 2)]
    for issue in issues:
        assert by_code(issue.code, address="203.0.113.9").standing == Standing.VALID
    run_outbox()
    assert [letter.to for letter in mail.outbox] == [[staff.user.email]]
    assert "SLIP_TIME_STAMPS_NEEDED" in mail.outbox[0].body


def test_where_a_stamp_is_needed_there_is_no_slip_until_the_authority_is_back(
    authority, make_kind, settings
):
    settings.SLIP_TIME_STAMPS_NEEDED = True
    authority.answer = refuses
    sale = make_kind("sale")
    with pytest.raises(SlipNotReady):
        issue_slip(sale, actor=ACTOR)
    assert not SlipIssue.objects.exists()
    time_stamps._not_before.clear()
    authority.answer = stamps
    assert b"/ETSI.CAdES.detached" in read(issue_slip(sale, actor=ACTOR))


def test_a_token_that_does_not_fit_is_none(authority, make_kind, monkeypatch):
    monkeypatch.setattr(signing, "TIME_STAMP_ROOM", 100)
    assert issue_slip(make_kind("sale"), actor=ACTOR).number == 1
