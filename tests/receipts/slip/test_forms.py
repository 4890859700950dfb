"""Every form of the slip: what it says, its paper, its pages, and who may have it."""

from datetime import timedelta
from urllib.parse import unquote

import pypdfium2 as pdfium
import pytest
from django.test import Client
from structlog.testing import capture_logs

from portal.outbox.models import Entry
from receipts.models import SlipIssue
from receipts.slip import codes, pdf
from receipts.slip.papers import PAPERS
from receipts.slip.pdf import slip_pdf
from receipts.slip.picture import picture
from tests.pages import assert_kept_rules, text
from tests.receipts.slip import drawing
from tests.receipts.slip.conftest import CODE, KINDS, copy_of
from tests.receipts.slip.test_download import let_in

POINTS_A_MM = 72 / 25.4
OTHER_FORMS = [form for form in PAPERS if form != "80mm"]
PATHS = ("slip-58mm.pdf", "slip-a4.pdf", "slip.png", "slip/", "picture/")


def squeezed(value: str) -> str:
    """Without spaces and line breaks: a narrow paper breaks where another does not."""
    return "".join(value.split())


def words_of(document: bytes) -> str:
    pages = pdfium.PdfDocument(document)
    return squeezed("".join(page.get_textpage().get_text_range() for page in pages))


def dark_box(document: bytes) -> tuple[int, int, int, int]:
    picture = drawing.raster(document)
    return picture.point(lambda grey: 255 if grey < 160 else 0).getbbox()


@pytest.fixture
def sale(make_kind):
    return make_kind("sale")


@pytest.fixture
def browser(client, sale):
    """A browser that found the payment."""
    let_in(client, sale)
    return client


# --- what it says


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", OTHER_FORMS)
def test_it_says_all_that_the_payment_has_on_paper_of_its_size(content_of, form, kind):
    content = content_of(kind, copy_of(number=2, duplicate=True, code=CODE))
    document = slip_pdf(content, institution="江岸支付", form=form)
    words = words_of(document)
    fields = [*content.parts, *content.card, *content.numbers, *content.chip]
    for field in [*fields, *(entry for group in content.reversals for entry in group)]:
        assert squeezed(field.value) in words
        assert squeezed(field.title.zh + field.title.en) in words
    said = (content.merchant, content.copy, content.type, content.duplicate, *content.notes)
    for each in (*said, content.amount.title, content.amount.status, *content.statement):
        assert squeezed(each.zh) in words
        assert squeezed(each.en) in words
    assert content.amount.symbol + content.amount.digits in words
    assert codes.grouped(CODE) in words
    assert_its_paper(form, document)


def assert_its_paper(form: str, document: bytes) -> None:
    pages = pdfium.PdfDocument(document)
    width, height = pages[0].get_size()
    assert len(pages) == 1
    if form == "a4":
        assert (width, height) == pytest.approx((210 * POINTS_A_MM, 297 * POINTS_A_MM), abs=0.5)
        return
    left, _, right, bottom = dark_box(document)
    assert width == pytest.approx(58 * POINTS_A_MM, abs=0.1)
    assert 12 <= height * drawing.PX - bottom <= 26  # cut below the last line
    assert left >= 15
    assert right <= 58 / 25.4 * 96 - 15  # what a 58 mm printer cannot reach stays white


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_what_a_payment_has_not_leaves_no_title(content_of, form):
    words = words_of(slip_pdf(content_of("bare"), form=form))
    for title in ("CARDNO.", "ISSUER", "TERMINALNO.", "REFERNO.", "AUTHNO.", "AID", "TIPS"):
        assert title not in words


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_rare_characters_print_in_every_form(content_of, form):
    document = slip_pdf(content_of("sale", name="骉㼆𠮷㑇茶馆"), form=form)
    assert "骉㼆𠮷㑇茶馆" in words_of(document)
    seen = dict(drawing.glyphs_of(document))
    rare = [face.path for face in pdf.font.FACES if "rare" in face.file]
    for character in "㼆𠮷㑇":
        likeness = [
            drawing.unlike(drawing.expected_ink(character, p), seen[character]) for p in rare
        ]
        assert min(likeness) < 15


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_what_is_foreign_to_the_font_or_to_text_does_no_harm(content_of, form):
    """Missing glyphs are replaced visibly and logged; markup is printed; marks that turn go."""
    name = "مرحبا茶馆\U0001f600<img src=x>{{ slip }}\u202e反\x07转"
    with capture_logs() as logs:
        words = words_of(slip_pdf(content_of("sale", name=name), form=form))
    assert "〓〓〓〓〓茶馆〓<imgsrc=x>{{slip}}反转" in words
    (entry,) = [log for log in logs if log["event"] == "slip_glyphs_missing"]
    assert "U+1F600" in entry["characters"]


# --- its paper


def test_an_a4_with_many_refunds_goes_on_over_the_page(content_of):
    from dataclasses import replace

    content = content_of("partly_refunded", copy_of(code=CODE))
    document = slip_pdf(replace(content, reversals=content.reversals * 12), form="a4")
    words = words_of(document)
    assert len(pdfium.PdfDocument(document)) == 2
    assert words.count("-¥58.00") == 12
    assert "1/2" in words
    assert "2/2" in words


def test_an_a4_explains_itself_to_an_office(content_of):
    document = slip_pdf(content_of("sale", copy_of(code=CODE)), institution="江岸支付", form="a4")
    words = words_of(document)
    for said in ("这是什么", "不是发票，不能抵扣税款", "签名原件", "卡号只有后四位", "退款"):
        assert said in words
    for said in ("Notataxinvoice", "http://127.0.0.1:8000/verify/", "FORWHOEVERRECEIVESTHIS"):
        assert said in words


def test_without_a_code_an_a4_does_not_tell_how_to_check_one(content_of):
    assert "/verify/" not in words_of(slip_pdf(content_of("sale"), form="a4"))


@pytest.mark.parametrize("form", OTHER_FORMS)
@pytest.mark.parametrize("minor", [0, 10**13])
def test_any_amount_stays_on_the_paper(content_of, form, minor):
    document = slip_pdf(content_of("tip", amount_minor=minor, tip_minor=minor // 2), form=form)
    width = pdfium.PdfDocument(document)[0].get_width() * drawing.PX
    left, _, right, _ = dark_box(document)
    assert left >= 15
    assert right <= width - 15


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_long_words_stay_on_the_paper(content_of, form):
    values = {"en": "W" * 120, "remarks": "8" * 120, "issuer_name": "i-" * 30}
    document = slip_pdf(content_of("sale", name="长" * 119 + "W", **values), form=form)
    width = pdfium.PdfDocument(document)[0].get_width() * drawing.PX
    left, _, right, _ = dark_box(document)
    assert left >= 15
    assert right <= width - 14


# --- handed over


@pytest.mark.parametrize(
    ("path", "kind", "ending"),
    [
        ("slip-58mm.pdf", "application/pdf", "-58mm.pdf"),
        ("slip-a4.pdf", "application/pdf", "-A4.pdf"),
        ("slip.png", "image/png", ".png"),
    ],
)
def test_each_form_is_a_private_file_with_its_name(browser, sale, path, kind, ending):
    response = browser.get(f"/payment/{sale.pk}/{path}")
    assert response.status_code == 200
    assert response["Content-Type"] == kind
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    name = unquote(response["Content-Disposition"])
    assert name.endswith(f"小票-半山听雨茶餐厅（江北店）-2026-11-22{ending}")
    again = browser.get(f"/payment/{sale.pk}/{path}")
    assert again.content == response.content
    held = browser.get(f"/payment/{sale.pk}/{path}", headers={"If-None-Match": response["ETag"]})
    assert held.status_code == 304


def test_each_form_is_an_issue_of_its_own_but_picture_and_page_are_the_80_mm_one(browser, sale):
    for path in ("slip.pdf", *PATHS):
        assert browser.get(f"/payment/{sale.pk}/{path}").status_code == 200
    issues = SlipIssue.objects.order_by("number").values_list("form", "number")
    assert list(issues) == [("80mm", 1), ("58mm", 2), ("a4", 3)]


def test_the_picture_is_of_the_very_pdf_that_was_issued(browser, sale):
    document = browser.get(f"/payment/{sale.pk}/slip.pdf").content
    response = browser.get(f"/payment/{sale.pk}/slip.png")
    assert response.content == picture(document)
    # Opened, not saved: what chat apps offer to keep is what they show.
    assert response["Content-Disposition"].startswith("inline; ")


def test_the_page_says_what_the_pdf_says(browser, sale):
    document = words_of(browser.get(f"/payment/{sale.pk}/slip.pdf").content)
    page = squeezed(text(browser.get(f"/payment/{sale.pk}/slip/")))
    issue = SlipIssue.objects.get()
    fields = ("386.50", "****4821/C", "898653058120137", "112219420386", "8F2C61A4D0E7935B")
    for said in (*fields, "免密免签", "不是发票", "持卡人存根", codes.grouped(issue.code)):
        assert said in document
        assert said in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", ["slip/", "picture/"])
def test_its_pages_keep_the_rules(browser, sale, settings, path, language):
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = browser.get(f"/payment/{sale.pk}/{path}")
    assert response["X-Robots-Tag"] == "noindex"
    assert_kept_rules(response)


def test_the_page_is_headings_and_named_values_in_their_languages(browser, make_kind):
    payment = make_kind("partly_refunded", voucher_no="004183", en="TEA HOUSE")
    let_in(browser, payment)
    html = browser.get(f"/payment/{payment.pk}/slip/").content.decode()
    assert '<article class="slip slip-text" lang="zh-Hans" aria-labelledby="slip-shop">' in html
    assert html.count("<h2") == 1
    assert html.count("<h3") == 8  # sum, refund, card, numbers, chip, declaration, check, what
    assert html.count("<dl") == html.count("</dl>") == 4
    assert '<span lang="en">CARD NO.</span>' in html
    assert '<p class="slip-place" lang="en">TEA HOUSE</p>' in html


def test_a_duplicate_says_so_on_the_page(browser, make_kind):
    payment = make_kind("sale", voucher_no="004183", slip_printed="yes")
    let_in(browser, payment)
    assert "重打印凭证 第 1 次 DUPLICATED, ISSUE 1" in text(
        browser.get(f"/payment/{payment.pk}/slip/")
    )


def test_the_page_is_there_even_when_no_pdf_can_be_drawn(browser, sale, monkeypatch):
    def fails(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr(pdf, "slip_pdf", fails)
    response = browser.get(f"/payment/{sale.pk}/slip/")
    words = text(response)
    assert response.status_code == 200
    assert "386.50" in words
    assert "以上由" in words
    assert "不是发票" in words
    assert "核验码" not in words  # nothing was issued, so nothing can be checked
    assert browser.get(f"/payment/{sale.pk}/slip.png").status_code == 503
    assert browser.get(f"/payment/{sale.pk}/picture/").status_code == 503


@pytest.mark.parametrize("path", PATHS)
def test_no_form_opens_to_another_browser_nor_when_the_pass_has_ended(clock, browser, sale, path):
    address = f"/payment/{sale.pk}/{path}"
    assert Client().get(address).status_code == 404
    assert browser.post(address).status_code == 405
    clock.shift(timedelta(hours=1))
    assert browser.get(address).status_code == 404
    assert not SlipIssue.objects.exists()


@pytest.mark.parametrize("path", ["slip-58mm.pdf", "slip-a4.pdf", "slip.png", "slip/"])
def test_in_whatever_form_the_customer_has_the_slip_it_is_news(browser, sale, path):
    browser.head(f"/payment/{sale.pk}/{path}")
    assert not Entry.objects.filter(topic="slip_given").exists()
    browser.get(f"/payment/{sale.pk}/{path}")
    assert Entry.objects.get(topic="slip_given").payload["payment"] == str(sale.pk)


def test_the_payments_page_offers_every_form_in_one_place(browser, sale):
    html = browser.get(f"/payment/{sale.pk}/").content.decode()
    fold = html[html.index("<details") : html.index("</details>")]
    for path in ("picture/", "slip-a4.pdf", "slip/", "slip-58mm.pdf"):
        assert f"/payment/{sale.pk}/{path}" in fold
    assert html.count("btn-go") == 1


def test_the_payments_page_shows_the_code_once_a_slip_is_issued(browser, sale):
    assert "核验码" not in text(browser.get(f"/payment/{sale.pk}/"))
    browser.get(f"/payment/{sale.pk}/slip.pdf")
    code = codes.grouped(SlipIssue.objects.get().code)
    assert f"核验码 {code}" in text(browser.get(f"/payment/{sale.pk}/"))
