"""Looking at a PDF as a reader would: rasterised, compared, glyph by glyph."""

from functools import cache
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps, ImageStat

REFERENCE = Path(__file__).parent / "reference"
PX = 96 / 72  # CSS pixels a point
# Mean difference of a tile of 16 × 16 px, of 255, that still is the same picture: other versions
# of the rasteriser smooth edges differently; one other digit of the smallest number makes 12.
TOLERANCE = 8
TILE = 16


def raster(pdf: bytes, scale: float = PX) -> Image.Image:
    """The first page in grey; by default one pixel a CSS pixel."""
    return pdfium.PdfDocument(pdf)[0].render(scale=scale).to_pil().convert("L")


def worst_tile(one: Image.Image, other: Image.Image) -> float:
    """How much the two differ where they differ most; 255 when they are not of one size."""
    if abs(one.width - other.width) > 1 or abs(one.height - other.height) > 1:
        return 255.0
    size = (min(one.width, other.width), min(one.height, other.height))
    difference = ImageChops.difference(one.crop((0, 0, *size)), other.crop((0, 0, *size)))
    tiles = difference.resize(
        (max(1, size[0] // TILE), max(1, size[1] // TILE)), Image.Resampling.BOX
    )
    return float(tiles.getextrema()[1])


def save_reference(name: str, picture: Image.Image) -> None:
    """Sixteen greys are enough, and keep a picture at about 10 KB."""
    REFERENCE.mkdir(exist_ok=True)
    levels = picture.point(lambda grey: round(grey / 17) * 17)
    levels.save(REFERENCE / f"{name}.png", optimize=True)


def reference(name: str) -> Image.Image:
    return Image.open(REFERENCE / f"{name}.png").convert("L")


def characters(pdf: bytes) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Every visible character of the text layer with the box of its ink in points."""
    text = pdfium.PdfDocument(pdf)[0].get_textpage()
    units = [raw.FPDFText_GetUnicode(text.raw, index) for index in range(text.count_chars())]
    found = []
    for index, unit in enumerate(units):
        character = chr(unit)
        if 0xD800 <= unit < 0xDC00:  # PDFium counts UTF-16: the other half follows
            pair = unit.to_bytes(2, "big") + units[index + 1].to_bytes(2, "big")
            character = pair.decode("utf-16-be")
        if character.strip() and not 0xDC00 <= unit < 0xE000:
            found.append((character, text.get_charbox(index)))
    return found


def ink(picture: Image.Image) -> Image.Image | None:
    """The dark part alone, brought to one size and softened: position and size do not matter."""
    if picture.getextrema()[0] > 160:
        return None
    picture = ImageOps.autocontrast(picture)  # small print is grey
    box = picture.point(lambda grey: 255 if grey < 128 else 0).getbbox()
    same_size = picture.crop(box).resize((64, 64), Image.Resampling.BILINEAR)
    return same_size.filter(ImageFilter.GaussianBlur(2))


@cache
def expected_ink(character: str, path: Path) -> Image.Image | None:
    """The glyph drawn straight from a font file, by another program than the PDF's."""
    canvas = Image.new("L", (160, 160), 255)
    ImageDraw.Draw(canvas).text((30, 10), character, font=ImageFont.truetype(str(path), 96), fill=0)
    return ink(canvas)


def unlike(one: Image.Image, other: Image.Image) -> float:
    """0 for the same ink, about 100 for two different characters."""
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]


def glyphs_of(pdf: bytes, scale: float = 10) -> list[tuple[str, Image.Image]]:
    """Each character of the text layer with the ink that the page really shows there."""
    document = pdfium.PdfDocument(pdf)
    height = document[0].get_height()
    page = raster(pdf, scale)
    found = []
    for character, (left, bottom, right, top) in characters(pdf):
        box = (left * scale - 1, (height - top) * scale - 1, right * scale + 1)
        seen = ink(page.crop((*map(round, box), round((height - bottom) * scale + 1))))
        if seen is not None:
            found.append((character, seen))
    return found


def embedded_fonts(pdf: bytes) -> set[str]:
    """Names of the fonts in the file, without the subset's prefix; unembedded ones as errors."""
    import pikepdf

    names = set()
    with pikepdf.open(BytesIO(pdf)) as document:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                assert any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3"))
                names.add(str(item["/FontName"]).lstrip("/").partition("+")[2])
    return names
