"""The slip as a picture, for browsers that refuse a PDF.

A picture is no issue of its own: it shows the very PDF that was issued, so it bears that issue's
number and verify code, and is never out of step with it. Rasterising takes 30 ms; nothing is kept.
"""

from io import BytesIO
from threading import Lock

import pypdfium2
from pypdfium2 import PdfiumError

# Three pixels a CSS pixel: 908 wide, as sharp as a phone shows it.
SCALE = 3
POINTS_A_PIXEL = 72 / 96
GREYS = 16
# PDFium keeps its state in the process and may not be entered twice (pypdfium2's README).
_pdfium = Lock()


class NoPicture(Exception):
    """The PDF cannot be rasterised."""


def picture(pdf: bytes) -> bytes:
    """The first page as PNG in sixteen greys, with the resolution that prints it in its own size.

    Raises NoPicture.
    """
    try:
        with _pdfium:
            document = pypdfium2.PdfDocument(pdf)
            try:
                page = document[0].render(scale=SCALE / POINTS_A_PIXEL).to_pil().convert("L")
            finally:
                document.close()
    except PdfiumError as error:
        raise NoPicture from error
    step = 255 // (GREYS - 1)
    drawn = page.point(lambda grey: round(grey / step)).convert("P")
    drawn.putpalette([level * step for level in range(GREYS) for _channel in "rgb"])
    file = BytesIO()
    drawn.save(file, "PNG", bits=4, dpi=(96 * SCALE, 96 * SCALE))
    return file.getvalue()
