"""A slip as a file: ours, altered, added to, somebody else's; checked without being kept."""

import re
from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec

from portal.accounts.actor import Actor
from receipts.models import Payment, SigningCertificate, SlipIssue
from receipts.slip import signing, uploaded, verifying
from receipts.slip.issue import issue_slip, read
from receipts.slip.pades import Pades
from tests import pages
from tests.receipts.slip.conftest import make_kind  # noqa: F401  the slip's own payments

pytestmark = pytest.mark.django_db
ACTOR = Actor.consumer("payment:test")


@pytest.fixture
def issue(make_kind) -> SlipIssue:  # noqa: F811
    return issue_slip(make_kind("sale"), actor=ACTOR)


def send(client: Client, content: bytes, name: str = "slip.pdf"):
    return client.post("/verify/file/", {"file": SimpleUploadedFile(name, content)})


def foreign(content: bytes, **parts) -> bytes:
    """A document of somebody else's making: signed with a key of their own, or locked."""
    with pikepdf.open(BytesIO(content)) as document:
        del document.Root["/AcroForm"]
        del document.Root["/StructTreeRoot"]  # which knows of the signature too
        for page in document.pages:
            if "/Annots" in page:
                del page["/Annots"]
        if script := parts.get("script"):
            document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=script)
        written = BytesIO()
        document.save(written, encryption=parts.get("encryption", False))
    return written.getvalue()


def signed_by(pem: bytes, content: bytes) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    private = serialization.load_pem_private_key(pem, None)
    signer = Pades(private, x509.load_pem_x509_certificates(pem))
    writer = IncrementalPdfFileWriter(BytesIO(content))
    return signers.sign_pdf(
        writer,
        signers.PdfSignatureMetadata(field_name="theirs"),
        signer=signer,
        new_field_spec=SigFieldSpec("theirs"),
    ).getvalue()


def test_the_file_as_issued_is_valid_and_is_not_kept(client, issue, own_files):
    before = sorted(own_files.rglob("*"))
    response = send(client, read(issue))
    text = pages.text(response)
    assert "小票有效" in text
    assert "386.50" in text
    pages.assert_kept_rules(response)
    assert sorted(own_files.rglob("*")) == before


def test_a_slip_of_a_payment_that_changed_is_replaced(client, issue):
    Payment.objects.filter(pk=issue.payment_id).update(revision=9)
    assert "小票已被代替" in pages.text(send(client, read(issue)))


@pytest.mark.parametrize("place", [0.05, 0.3, 0.6, 0.99])
def test_one_byte_changed_is_told(client, issue, place):
    content = bytearray(read(issue))
    content[int(len(content) * place)] ^= 1
    response = send(client, bytes(content))
    assert "文件被改过" in pages.text(response)
    assert "386.50" not in pages.text(response)


def test_the_amount_changed_and_signed_again_by_another_is_not_ours(issue):
    altered = signed_by(signing.make_own("Somebody"), foreign(read(issue)))
    assert uploaded.by_file(altered) == uploaded.File.OTHERS


def test_our_slip_written_anew_by_another_program_is_altered(issue):
    with pikepdf.open(BytesIO(read(issue))) as document:
        document.docinfo["/Title"] = "¥9,386.50"
        written = BytesIO()
        document.save(written)
    assert uploaded.by_file(written.getvalue()) == uploaded.File.ALTERED


def test_bytes_appended_after_our_signature_are_told(client, issue):
    content = read(issue)
    assert uploaded.by_file(content + b"\n%more\n") == uploaded.File.ADDED_TO
    over = IncrementalPdfFileWriter(BytesIO(content))
    over.root["/Extra"] = over.add_object(over.root.raw_get("/Lang"))
    over.update_root()
    written = BytesIO()
    over.write(written)
    assert uploaded.by_file(written.getvalue()) == uploaded.File.ADDED_TO
    assert "签名之后又被加了东西" in pages.text(send(client, written.getvalue()))


def test_a_second_signature_over_ours_is_an_addition(issue):
    theirs = signed_by(signing.make_own("Somebody"), read(issue))
    assert uploaded.by_file(theirs) == uploaded.File.ADDED_TO


def test_what_our_key_signed_and_no_row_tells_of_is_not_valid(issue):
    content = read(issue)
    SlipIssue.objects.filter(pk=issue.pk).update(sha256="0" * 64)
    assert uploaded.by_file(content) == uploaded.File.UNRECORDED


def test_our_certificate_pasted_into_another_file_proves_nothing(issue):
    content = read(issue)
    other = b"%PDF-1.7\n" + content[9:400] + content[400:].replace(b"/Type /Sig", b"/Type /Sag")
    assert uploaded.by_file(other) == uploaded.File.ALTERED


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda pdf: foreign(pdf), uploaded.File.UNSIGNED),
        (lambda pdf: foreign(pdf, script="app.alert(1)"), uploaded.File.UNSIGNED),
        (
            lambda pdf: foreign(pdf, encryption=pikepdf.Encryption(owner="o", user="u")),
            uploaded.File.LOCKED,
        ),
        (lambda pdf: b"GIF89a" + pdf[1100:], uploaded.File.NO_PDF),
        (lambda pdf: b"", uploaded.File.NO_PDF),
        (lambda pdf: b"%PDF-1.7 " + b"/ByteRange [0 1 2 3]" * 9999, uploaded.File.UNSIGNED),
        (lambda pdf: b"%PDF-1.7 /ByteRange [0 40 46 4]      \n<ffff>  zz", uploaded.File.UNSIGNED),
    ],
)
def test_every_other_file_is_told_apart(client, issue, make, expected):
    content = make(read(issue))
    assert uploaded.by_file(content) == expected
    response = send(client, content or b" ")
    assert response.status_code == 200
    pages.assert_kept_rules(response)


def test_a_slip_signed_by_a_key_before_the_last_is_still_told(client, issue, settings, tmp_path):
    first = read(issue)
    settings.SLIP_KEY = settings.SLIP_CERTIFICATE = str(tmp_path / "new.pem")
    (tmp_path / "new.pem").write_bytes(signing.make_own())
    Payment.objects.filter(pk=issue.payment_id).update(revision=9)
    second = issue_slip(issue.payment, actor=ACTOR)
    assert SigningCertificate.objects.count() == 2
    assert uploaded.by_file(first[:100] + b"!" + first[101:]) == uploaded.File.ALTERED
    assert uploaded.by_file(read(second) + b"!") == uploaded.File.ADDED_TO
    assert uploaded.by_file(first + b"!") == uploaded.File.ADDED_TO


def test_half_a_gigabyte_is_refused_before_it_is_read(client):
    class Endless:
        """A body that must not be read."""

        def read(self, *args):
            raise AssertionError("the body was read")

        readline = read

    for length in (500 * 1024 * 1024, 50 * 1024 * 1024, 3 * 1024 * 1024):
        response = client.generic(
            "POST",
            "/verify/file/",
            b"",
            content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(length),
            **{"wsgi.input": Endless()},
        )
        assert response.status_code == 413
        assert "MB" in pages.text(response)


def test_without_a_file_the_form_says_so(client):
    response = client.post("/verify/file/", {})
    assert 'id="id_file_error"' in response.content.decode()


def test_files_of_one_address_are_limited(client, monkeypatch):
    monkeypatch.setattr(verifying, "FILES_PER_HOUR", 2)
    answers = [send(client, b"%PDF-1.7 x").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_the_certificate_can_be_downloaded_in_both_forms(client, issue):
    from cryptography import x509

    der = x509.load_der_x509_certificate(client.get("/verify/certificate.cer").content)
    (pem,) = x509.load_pem_x509_certificates(client.get("/verify/certificate.pem").content)
    assert der == pem == signing.key().certificate
    assert b"PRIVATE" not in client.get("/verify/certificate.pem").content


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_tells_how_to_check_with_a_reader(client, settings, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get("/verify/reader/")
    mark = signing.fingerprint(signing.key().certificate).upper()
    assert mark in re.sub(r"\s", "", pages.text(response))
    pages.assert_kept_rules(response)


def test_the_schema_is_served(client):
    response = client.get("/schema/receipt-1.json")
    assert response["Content-Type"] == "application/schema+json"
    assert b"urn:xiaopiao:receipt:1" in response.content
    assert client.get("/schema/receipt-2.json").status_code == 404
