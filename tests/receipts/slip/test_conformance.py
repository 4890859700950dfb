"""What independent programs say of an issued slip, and what they leave out."""

import json
import shutil
import subprocess
from io import BytesIO

import jsonschema
import pikepdf
import pytest
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from portal.accounts.actor import Actor
from receipts.models import SigningCertificate
from receipts.slip import data
from receipts.slip.issue import issue_slip, read
from tests import tools
from tests.receipts.slip.conftest import KINDS

ACTOR = Actor.consumer("payment:test")
OUTLOUD = "outloud==0.2.1"
FORMS = ["80mm", "58mm", "a4"]


@pytest.fixture
def issued(make_kind):
    """The file of an issue of that kind of payment, in that form."""

    def make(kind: str = "sale", form: str = "80mm", **values) -> bytes:
        return read(issue_slip(make_kind(kind, **values), actor=ACTOR, form=form))

    return make


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def outloud(*arguments: str) -> str:
    """PDF/UA-1 by a program that shares no line with ours; a tool of its own, for it is heavy."""
    places = (tools.ROOT / ".setup/uv/bin/uv", tools.ROOT / ".setup/uv-home/bin/uv")
    uv = shutil.which("uv") or next((str(each) for each in places if each.exists()), "")
    if not uv:
        tools.missing("uv is not installed, which runs outloud")
    return run(uv, "tool", "run", "--from", OUTLOUD, "outloud", *arguments)


@pytest.mark.once
def test_a_checker_of_accessibility_finds_no_error(issued, tmp_path):
    files = []
    for form in FORMS:
        files.append(tmp_path / f"{form}.pdf")
        files[-1].write_bytes(issued(form=form, voucher_no=f"00000{len(files)}"))
    told = outloud(*(str(file) for file in files))
    assert told.count("0 error(s), 0 warning(s)") == len(FORMS), told


@pytest.mark.parametrize("form", FORMS)
def test_its_structure_is_sound(issued, tmp_path, form):
    path = tmp_path / "slip.pdf"
    path.write_bytes(issued(form=form))
    told = run(tools.find("qpdf"), "--check", str(path))
    assert "No syntax or stream encoding errors found" in told


def test_another_program_finds_the_signature_valid_over_the_whole_file(issued, tmp_path):
    path = tmp_path / "slip.pdf"
    path.write_bytes(issued())
    told = run(tools.find("pdfsig"), "-nocert", str(path))
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told


@pytest.mark.parametrize("form", FORMS)
def test_pyhanko_trusts_it_by_the_certificate_that_we_hand_out(issued, form):
    content = issued(form=form)
    pem = SigningCertificate.objects.get().pem.encode()
    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    trusted = ValidationContext(trust_roots=list(load_certs_from_pemder_data(pem)))
    status = validate_pdf_signature(signature, trusted)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"


@pytest.mark.parametrize("form", FORMS)
def test_it_says_that_it_is_archivable_and_accessible_and_means_it(issued, form):
    with pikepdf.open(BytesIO(issued(form=form))) as document:
        xmp = document.Root.Metadata.read_bytes().decode()
        for words in (
            'pdfaid:part="3"',
            'pdfaid:conformance="A"',
            "<pdfuaid:part>1</pdfuaid:part>",
            "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/",
        ):
            assert words in xmp
        assert xmp.count("<rdf:RDF") == 1
        (intent,) = document.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.N == 3
        assert str(document.Root.Lang) == "zh-Hans"
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                assert "/FontFile2" in item or "/FontFile3" in item


def test_the_links_of_a_sheet_are_tagged_and_say_where_they_lead(issued, settings):
    with pikepdf.open(BytesIO(issued(form="a4"))) as document:
        links = [item for item in document.pages[0].Annots if item.Subtype == "/Link"]
        tags = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Link"
        ]
        assert len(links) == len(tags) >= 2  # one that goes on in a second line is two
        for link in links:
            assert link.A.URI == link.Contents == f"{settings.PUBLIC_URL}/verify/"


def test_english_is_marked_as_english(issued):
    with pikepdf.open(BytesIO(issued())) as document:
        marked = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary)
            and item.get("/Type") == "/StructElem"
            and item.get("/Lang") == "en"
        ]
    assert len(marked) > 15


@pytest.mark.parametrize("kind", KINDS)
def test_its_data_are_attached_and_keep_to_their_schema(issued, kind):
    with pikepdf.open(BytesIO(issued(kind))) as document:
        (related,) = document.Root.AF
        assert related.AFRelationship == "/Data"
        assert list(document.attachments) == ["receipt.json"]
        attached = document.attachments["receipt.json"].get_file()
        assert attached.mime_type == "application/json"
        said = json.loads(attached.read_bytes())
    schema = json.loads(data.SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(said)
    assert said["issue"]["number"] == 1
    assert said["payment"]["amount_minor"] > 0


def test_the_schema_can_refuse():
    schema = json.loads(data.SCHEMA.read_text("utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({"version": 2})


def test_it_weighs_little(issued):
    assert len(issued()) <= 50_000
