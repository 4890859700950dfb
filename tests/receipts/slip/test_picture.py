"""The slip as a picture: of the PDF that was issued, and of nothing else."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from receipts.slip.pdf import slip_pdf
from receipts.slip.picture import SCALE, NoPicture, picture
from tests.receipts.slip import drawing


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))


@pytest.fixture
def pdf(content_of) -> bytes:
    return slip_pdf(content_of("sale"))


def test_it_shows_what_the_pdf_shows(pdf):
    seen = opened(picture(pdf)).convert("L")
    wanted = drawing.raster(pdf, SCALE * drawing.PX)
    assert seen.size == wanted.size
    assert ImageChops.difference(seen, wanted).getextrema()[1] <= 9  # half of one of 16 greys


def test_another_slip_is_another_picture(pdf, content_of):
    other = slip_pdf(content_of("sale", voucher_no="004183"))
    assert picture(other) != picture(pdf)


def test_the_same_pdf_is_the_same_picture_byte_for_byte(pdf):
    assert picture(pdf) == picture(pdf)


def test_it_is_small_sharp_and_prints_in_its_own_size(pdf):
    png = picture(pdf)
    seen = opened(png)
    assert len(png) < 120_000
    assert (seen.format, seen.mode) == ("PNG", "P")
    assert seen.width == pytest.approx(80 / 25.4 * 96 * SCALE, abs=2)
    assert seen.width / seen.info["dpi"][0] * 25.4 == pytest.approx(80, abs=0.2)


def test_it_tells_nothing_beside_what_it_shows(pdf):
    assert set(opened(picture(pdf)).info) <= {"dpi"}


@pytest.mark.parametrize("bytes_", [b"", b"%PDF-1.7\n", b"\x89PNG"])
def test_what_is_no_pdf_has_no_picture(bytes_):
    with pytest.raises(NoPicture):
        picture(bytes_)
