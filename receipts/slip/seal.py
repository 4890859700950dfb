"""What makes a drawn slip genuine and lasting, written while WeasyPrint writes it, in one pass:
the claim to be PDF/UA-1 beside PDF/A-3, its data as an attachment, the languages of its parts,
and a signature over every byte.

Clauses: ISO 19005-3 6.6.2.3 (extension schemas), 6.8 (attachments); ISO 14289-1 7.2 (language),
7.18 (widgets); ISO 32000-1 12.8 (signatures); ETSI EN 319 142-1 (PAdES).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from struct import Struct

import pydyf
from weasyprint import Attachment
from weasyprint.formatting_structure import boxes
from weasyprint.urls import URLFetcher

from receipts.slip.signing import Key

ATTACHMENT = "receipt.json"
RANGE = "[0 0000000000 0000000000 0000000000]"
HIDDEN_BUT_PRINTED, LOCKED = 1 << 2, 1 << 7
SIGNATURES_EXIST, APPEND_ONLY = 1, 2
# Of a font program, in the order in which it lists them (ISO/IEC 14496-22, 4.3: by tag).
DRAWN_FROM = frozenset(
    (b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep")
)
DIRECTORY_ENTRY, SEARCH = Struct(">4sIII"), Struct(">HHHH")
PDF_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq>
</pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


class SignatureBroken(Exception):
    """The signature could not be put into the file."""


class Plain(pydyf.Dictionary):
    """Stays out of the compressed stream of objects: its bytes are filled in afterwards."""

    compressible = False


@dataclass(frozen=True)
class Seal:
    """What an issue adds to the drawing."""

    key: Key
    at: datetime
    data: bytes = b""
    institution: str = ""

    def attachments(self) -> list[Attachment]:
        if not self.data:
            return []
        moment = self.at.astimezone(UTC)
        return [
            Attachment(
                string=self.data,
                url_fetcher=NOWHERE,
                name=ATTACHMENT,
                description="小票上的数据 the slip's data",
                created=moment,
                modified=moment,
                relationship="Data",
            )
        ]

    def finish(self, document, pdf) -> None:
        """WeasyPrint's `finisher`: everything is drawn, nothing is written yet."""
        tell_languages(document, pdf)
        shorten_tags(pdf)
        claim_accessible(pdf)
        name_attachments_once(pdf)
        lighten_fonts(pdf)
        self._prepare(pdf)
        write_once(pdf)

    def _prepare(self, pdf) -> None:
        """An empty signature and the hidden field that bears it, tagged as a form."""
        moment = pydyf.String(f"D:{self.at.astimezone(UTC):%Y%m%d%H%M%S}Z")
        signature = Plain(
            {
                "Type": "/Sig",
                "Filter": "/Adobe.PPKLite",
                "SubFilter": "/ETSI.CAdES.detached",
                "M": moment,
                "ByteRange": RANGE,
                "Contents": f"<{'0' * 2 * self.key.room}>",
            }
        )
        if self.institution:
            signature["Name"] = pydyf.String(self.institution)
        pdf.add_object(signature)
        page = pdf.objects[pdf.pages["Kids"][0]]
        field = pydyf.Dictionary(
            {
                "Type": "/Annot",
                "Subtype": "/Widget",
                "FT": "/Sig",
                "T": pydyf.String("signature"),
                "TU": pydyf.String("电子签名 digital signature"),
                "F": HIDDEN_BUT_PRINTED | LOCKED,
                "Rect": pydyf.Array([0, 0, 0, 0]),
                "P": page.reference,
                "V": signature.reference,
            }
        )
        pdf.add_object(field)
        page.setdefault("Annots", pydyf.Array()).append(field.reference)
        pdf.catalog["AcroForm"] = pydyf.Dictionary(
            {
                "Fields": pydyf.Array([field.reference]),
                "SigFlags": SIGNATURES_EXIST | APPEND_ONLY,
            }
        )
        tag_as_form(pdf, field, page)

    def fill_in(self, written: bytes) -> bytes:
        """The file with its signature. Raises SignatureBroken."""
        hole = f"<{'0' * 2 * self.key.room}>".encode()
        start = written.rfind(hole)
        place = written.rfind(b"/ByteRange " + RANGE.encode(), 0, start) + len(b"/ByteRange ")
        if start < 0 or place < len(b"/ByteRange "):
            raise SignatureBroken("no place for the signature")
        end = start + len(hole)
        covered = f"[0 {start:010d} {end:010d} {len(written) - end:010d}]".encode()
        file = bytearray(written)
        file[place : place + len(covered)] = covered
        digest = hashlib.sha256(memoryview(file)[:start])
        digest.update(memoryview(file)[end:])
        signature = self.key.sign(digest.digest()).hex().encode()
        if len(signature) > len(hole) - 2:
            raise SignatureBroken("the signature is larger than its place")
        file[start + 1 : start + 1 + len(signature)] = signature
        return bytes(file)


class Written(pydyf.Object):
    """An object as bytes."""

    def __init__(self, source: pydyf.Object):
        super().__init__()
        self.number, self.free, self.generation = source.number, source.free, source.generation
        self._compressible = source.compressible
        self._data = b"" if source.free == "f" else source.data

    @property
    def data(self) -> bytes:
        return self._data

    @property
    def compressible(self) -> bool:
        return self._compressible


def write_once(pdf) -> None:
    """pydyf makes the bytes of everything twice, and compresses twice: for the file's identifier,
    and for the file."""
    pdf.objects[:] = [Written(each) for each in pdf.objects]


def lighten_fonts(pdf) -> None:
    """What is left of a font program are the tables that a CID-keyed font in a PDF is drawn from
    (ISO 32000-1, 9.9). Names and a character map are for a system that has it installed."""
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and "Length1" in each.extra:
            (program,) = each.stream
            each.stream = [only_tables(program, DRAWN_FROM)]
            each.extra["Length1"] = len(each.stream[0])


def only_tables(program: bytes, wanted: frozenset[bytes]) -> bytes:
    """A TrueType font with these of its tables alone."""
    count = int.from_bytes(program[4:6])
    entries = [DIRECTORY_ENTRY.unpack_from(program, 12 + 16 * at) for at in range(count)]
    kept = [entry for entry in entries if entry[0] in wanted]
    power = len(kept).bit_length() - 1
    search = 16 << power
    head = program[:4] + SEARCH.pack(len(kept), search, power, 16 * len(kept) - search)
    tables, offset = b"", 12 + 16 * len(kept)
    for tag, checksum, start, length in kept:
        head += DIRECTORY_ENTRY.pack(tag, checksum, offset + len(tables), length)
        tables += program[start : start + length] + bytes(-length % 4)
    return head + tables


class _Nowhere(URLFetcher):
    def fetch(self, url, headers=None):
        raise PermissionError("A slip loads nothing.")


NOWHERE = _Nowhere()


def object_of(pdf, reference) -> pydyf.Object:
    return pdf.objects[int(reference.split()[0])]


def claim_accessible(pdf) -> None:
    """PDF/UA-1 beside PDF/A-3, whose XMP must describe a schema that it does not know."""
    xmp = object_of(pdf, pdf.catalog["Metadata"])
    xmp.stream[0] = xmp.stream[0].replace(b"</rdf:RDF>", PDF_UA)


def name_attachments_once(pdf) -> None:
    """WeasyPrint 70 lists each twice."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def tag_as_form(pdf, field, page) -> None:
    """A widget must stand in the structure, or a screen reader may not tell of it."""
    tree = object_of(pdf, pdf.catalog["StructTreeRoot"])
    whole = object_of(pdf, tree["K"][0])
    numbers = object_of(pdf, tree["ParentTree"])["Nums"]
    reference = pydyf.Dictionary({"Type": "/OBJR", "Obj": field.reference, "Pg": page.reference})
    pdf.add_object(reference)
    form = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "P": whole.reference,
            "Pg": page.reference,
            "K": pydyf.Array([reference.reference]),
        }
    )
    pdf.add_object(form)
    whole["K"].append(form.reference)
    field["StructParent"] = numbers[-2] + 1
    numbers.extend([field["StructParent"], form.reference])
    tree["ParentTreeNextKey"] = field["StructParent"] + 1


def tell_languages(document, pdf) -> None:
    """The English titles are marked as such. WeasyPrint tells the document's language alone, so
    its tags are walked beside the boxes they were made of, in the order in which it made them."""
    tags = [
        each for each in pdf.objects if isinstance(each, dict) and each.get("Type") == "/StructElem"
    ]
    drawn = [box for page in document.pages for box in _tagged(page._page_box)]
    if len(drawn) != len(tags) - 1:  # the first is the document itself
        raise ValueError("The tags are not those of the boxes.")
    for box, tag in zip(drawn, tags[1:], strict=True):
        if box.element is not None and not isinstance(box, boxes.TextBox):
            language = box.element.get("lang")
            if language:
                tag["Lang"] = pydyf.String(language)


class Nothing(pydyf.Object):
    """In the place of an object that is no longer needed: the others keep their numbers."""

    data = b"null"


def shorten_tags(pdf) -> None:
    """WeasyPrint wraps each text in a tag of its own, below the one of its element. Where that has
    nothing else in it, it bears the text itself: a third of the tags go, and a kilobyte."""
    tree = object_of(pdf, pdf.catalog["StructTreeRoot"])
    numbers = object_of(pdf, tree["ParentTree"])["Nums"]
    pages = {page: numbers[2 * at + 1] for at, page in enumerate(pdf.page_references)}
    for number, each in enumerate(list(pdf.objects)):
        if not isinstance(each, dict) or each.get("S") != "/Span":
            continue
        outer = object_of(pdf, each["P"])
        if len(each["K"]) == 1 == len(outer["K"]) and isinstance(each["K"][0], int):
            outer["K"] = each["K"]
            pages[each["Pg"]][each["K"][0]] = outer.reference
            pdf.objects[number] = gone = Nothing()
            gone.number = number


def _tagged(box) -> Iterator:
    """The boxes below `box` that are tagged, as weasyprint.pdf.tags goes through them."""
    outer = box.element is not None and box.element_tag in ("html", "body")
    through = isinstance(box, boxes.ParentBox) and not isinstance(box, boxes.LineBox)
    if (outer or isinstance(box, boxes.PageBox)) and through:
        for child in box.children:
            yield from _tagged(child)
        return
    yield box
    of_a_link = box.element is not None and box.element_tag.partition(":")[0] == "a"
    for child in box.children:
        for each in child.children if isinstance(child, boxes.LineBox) else (child,):
            if isinstance(each, boxes.TextBox):
                if not of_a_link:  # a link's text has no tag of its own
                    yield each
            else:
                yield from _tagged(each)
