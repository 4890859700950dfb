"""The PDF itself: its paper, fonts, text and what it refuses."""

import hashlib
import http.server
import os
import subprocess
import sys
import threading
from io import BytesIO

import pikepdf
import pypdfium2 as pdfium
import pytest
from django.conf import settings
from structlog.testing import capture_logs

from receipts.slip import font, pdf
from receipts.slip.papers import PAPERS
from receipts.slip.pdf import press, slip_pdf
from tests.receipts.slip import drawing
from tests.receipts.slip.conftest import KINDS, copy_of

POINTS_A_MM = 72 / 25.4
OURS = {"Xiaopiao-Slip", "Xiaopiao-Slip-Bold", "Xiaopiao-Slip-Rare", "Xiaopiao-Slip-Rare-Bold"}
RARE = "骉㼆𠮷㑇"


def text_of(document: bytes) -> str:
    return pdfium.PdfDocument(document)[0].get_textpage().get_text_range().replace("\r\n", "\n")


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_one_small_page_of_80_mm_as_long_as_it_needs(content_of, kind):
    document = slip_pdf(content_of(kind))
    pages = pdfium.PdfDocument(document)
    width, height = pages[0].get_size()
    picture = drawing.raster(document)
    last = picture.point(lambda grey: 255 if grey < 160 else 0).getbbox()[3]
    assert len(pages) == 1
    assert len(document) <= 50_000
    assert width == pytest.approx(80 * POINTS_A_MM, abs=0.1)
    assert 12 <= picture.height - last <= 24  # the margin below the last line, in px
    assert height > 200


def test_the_text_layer_says_what_the_slip_says(content_of):
    content = content_of("sale", copy_of(number=2, duplicate=True))
    text = text_of(slip_pdf(content))
    fields = (*content.card, *content.numbers, *content.chip)
    for words in (content.merchant.zh, "386.50", "重打印凭证 第 2 次", "DUPLICATED, ISSUE 2"):
        assert words in text
    for field in fields:
        assert field.value in text
        assert field.title.en in text


def test_it_is_read_in_order(content_of):
    """Titles before their values, in the page's content as in its tags."""
    text = text_of(slip_pdf(content_of("sale")))
    order = [
        "半山听雨",
        "386.50",
        "CARD NO.",
        "4821",
        "898653058120137",
        "8F2C61A4",
        "免密免签",
        "不是发票",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_every_glyph_on_the_page_is_the_one_the_text_layer_names(content_of):
    """The trap of split web fonts: wrong glyphs drawn over a right text layer."""
    document = slip_pdf(content_of("sale", name=f"{RARE}茶餐厅（江北店）"))
    faces = [face.path for face in font.FACES]
    checked = set()
    for character, seen in drawing.glyphs_of(document):
        if character >= "\u2e80" and character.isalpha():
            path = [p for p in faces if ("rare" in p.name) == (character not in font.common())]
            like = min(drawing.unlike(drawing.expected_ink(character, p), seen) for p in path)
            assert like < 15, character
            checked.add(character)
    assert checked >= set(RARE + "茶餐厅人民币金额商户编号不是发票")


def test_the_check_of_glyphs_can_fail(content_of):
    """A wrong glyph is told apart from a right one, and from the empty box."""
    document = slip_pdf(content_of("sale", name=RARE))
    seen = dict(drawing.glyphs_of(document))
    rare = font.Face(font.RARE_FAMILY, 700).path
    for character in "㼆𠮷㑇":
        for other in {*"㼆𠮷㑇", "\uffff"} - {character}:
            assert drawing.unlike(drawing.expected_ink(other, rare), seen[character]) > 25


def test_only_our_fonts_are_in_it(content_of):
    assert drawing.embedded_fonts(slip_pdf(content_of("sale", name=RARE))) == OURS - {
        "Xiaopiao-Slip-Rare"
    }
    assert drawing.embedded_fonts(slip_pdf(content_of("bare"))) <= OURS


SCRIPT = """
import hashlib, django
django.setup()
from receipts.slip.content import Amount, Field, SlipContent, Words
from receipts.slip.pdf import slip_pdf
content = SlipContent(
    merchant=Words("骉㼆𠮷㑇茶餐厅", "TEA"), copy=Words("持卡人存根", "COPY"),
    type=Words("消费", "SALE"),
    amount=Amount(Words("人民币金额", "AMOUNT"), "¥", "9.90", Words("已结算", "SETTLED")),
    card=(Field(Words("卡号", "CARD NO."), "**** 4821 / C"),),
)
print(hashlib.sha256(slip_pdf(content)).hexdigest())
"""


def test_the_machines_fonts_make_no_difference(tmp_path):
    """The same bytes on a machine with CJK fonts, without any, and with hostile settings."""
    empty = tmp_path / "empty.conf"
    empty.write_text('<?xml version="1.0"?><fontconfig></fontconfig>')
    (tmp_path / "fonts").mkdir()
    swapped = tmp_path / "swapped.conf"
    swapped.write_text(
        '<?xml version="1.0"?><fontconfig><dir>/usr/share/fonts</dir>'
        '<match target="pattern"><edit name="family" mode="assign" binding="strong">'
        "<string>Noto Serif CJK SC</string></edit></match></fontconfig>"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": str(tmp_path / "var"),
        "FONTS_DIR": str(settings.FONTS_DIR),
    }
    answers = set()
    for extra in ({}, {"FONTCONFIG_FILE": str(empty)}, {"FONTCONFIG_FILE": str(swapped)}):
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=environment | extra,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
        answers.add(run.stdout.strip())
        assert "ugly" not in run.stderr
    assert len(answers) == 1


def test_the_same_slip_is_the_same_bytes(content_of):
    content = content_of("sale")
    assert slip_pdf(content) == slip_pdf(content)


def test_a_character_without_a_glyph_is_visibly_replaced_and_logged(content_of):
    with capture_logs() as logs:
        document = slip_pdf(content_of("sale", name="مرحبا茶馆"))
    assert "〓〓〓〓〓茶馆" in text_of(document)
    (entry,) = [log for log in logs if log["event"] == "slip_glyphs_missing"]
    assert entry["characters"] == ["U+0627", "U+0628", "U+062D", "U+0631", "U+0645"]


def test_no_empty_box_is_ever_drawn(content_of):
    """What the font lacks never reaches the page, whatever the plane it comes from."""
    name = "甲\U0001f600\U000323af\u0e01\u05d0\u202e\ue000乙"
    text = text_of(slip_pdf(content_of("sale", name=name)))
    assert "甲〓〓〓〓乙" in text


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script><b>粗</b>&amp;{{ slip }}{% now 'Y' %}",
        '"><img src=x onerror=1><style>*{display:none}</style>',
        # NUL cannot be here: PostgreSQL holds none, and the reader and the pages refuse it.
        "\u202e反转\u2066藏\x01\x07\x1b[31m",
        "长" * 300,
        "W" * 300,
        " ",
    ],
)
def test_hostile_names_do_no_harm(content_of, name):
    document = slip_pdf(content_of("sale", name=name[:120], en=name[:120], remarks=name[:120]))
    text = text_of(document)
    assert "386.50" in text
    assert "不是发票" in text
    assert len(pdfium.PdfDocument(document)) == 1
    with pikepdf.open(BytesIO(document)) as opened:
        assert "/JavaScript" not in str(opened.Root.keys())
        assert not [item for item in opened.objects if is_picture(item)]


def is_picture(item) -> bool:
    return isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"


def test_markup_in_a_name_is_printed_as_it_is(content_of):
    assert "<b>茶馆</b>" in text_of(slip_pdf(content_of("sale", name="<b>茶馆</b>")))


def test_a_long_word_stays_on_the_paper(content_of):
    picture = drawing.raster(slip_pdf(content_of("sale", name="W" * 120, remarks="8" * 120)))
    dark = picture.point(lambda grey: 255 if grey < 160 else 0).getbbox()
    assert dark[0] >= 14
    assert dark[2] <= 289


@pytest.mark.parametrize(
    ("minor", "printed"),
    [(0, "0.00"), (1, "0.01"), (10**13, "100,000,000,000.00"), (999_999_99, "999,999.99")],
)
def test_any_amount_fits_the_paper(content_of, minor, printed):
    document = slip_pdf(content_of("sale", amount_minor=minor))
    dark = drawing.raster(document).point(lambda grey: 255 if grey < 160 else 0).getbbox()
    assert printed in text_of(document)
    assert dark[0] >= 14
    assert dark[2] <= 289


def test_longer_amounts_are_set_smaller():
    assert [PAPERS["80mm"].amount_size("1" * n) for n in (6, 11, 12, 15, 16)] == [
        "",
        "",
        " middle",
        " middle",
        " little",
    ]


def test_nothing_is_fetched(tmp_path):
    """Not a page, not a picture, not a style sheet, not a file of this machine."""
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>')
    try:
        with capture_logs() as logs:
            press().print(
                f'<html lang="zh"><head><title>x</title><link rel="stylesheet" href="{address}/a"/>'
                f'<style>@import url("{address}/b"); p {{ background: url("{address}/c") }}'
                f'@font-face {{ font-family: z; src: url("{address}/d") }}</style></head>'
                f'<body><p style="font-family: z">x<img alt="x" src="{secret.as_uri()}"/>'
                f'<img alt="x" src="{address}/e"/><img alt="x" src="data:image/svg+xml,x"/>'
                "</p></body></html>"
            )
    finally:
        server.shutdown()
        server.server_close()
    refused = [log["scheme"] for log in logs if log["event"] == "slip_address_refused"]
    assert asked == []
    assert {"http", "file", "data"} <= set(refused)


def test_it_is_tagged_titled_and_says_its_language(content_of):
    with pikepdf.open(BytesIO(slip_pdf(content_of("sale"), institution="江岸支付"))) as document:
        root = document.Root
        assert str(root.Lang) == "zh-Hans"
        assert bool(root.MarkInfo.Marked) is True
        assert root.StructTreeRoot is not None
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == "电子小票 半山听雨茶餐厅（江北店）"
            assert metadata.pdfa_status == "3A"


def test_without_the_font_there_is_no_slip(content_of, settings, tmp_path, monkeypatch):
    """Better none than one drawn with whatever the machine has."""
    content = content_of("sale")
    settings.FONTS_DIR = tmp_path
    font.coverage.cache_clear()
    monkeypatch.setattr(pdf, "_presses", threading.local())
    with pytest.raises(font.FontsMissing):
        slip_pdf(content)
    font.coverage.cache_clear()


def test_the_hash_in_the_manifest_is_the_files_own():
    for name, entry in font.manifest()["files"].items():
        path = settings.FONTS_DIR / name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
