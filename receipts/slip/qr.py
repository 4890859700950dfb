"""The QR code on a slip, as one path: of an SVG on a page, of the PDF's own drawing on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin

import segno
from django.conf import settings
from django.urls import reverse

# Part of the square that may be unreadable: M recovers 15 %, which a crease or a finger takes.
RECOVERY = "m"


def address(code: str) -> str:
    """What the QR code leads to. In capitals where the address bears it (a scheme and a host do):
    QR codes then need a third less room, so that the squares are larger."""
    return settings.PUBLIC_URL.upper() + reverse("receipts:verify_short", args=[code])


@dataclass(frozen=True, slots=True)
class Square:
    """Dark runs of modules, without the quiet zone: (column, row, length)."""

    size: int
    runs: tuple[tuple[int, int, int], ...]

    @property
    def path(self) -> str:
        """For an SVG with the view box `0 0 size size`."""
        return "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in self.runs)

    @property
    def operators(self) -> bytes:
        """For a PDF (ISO 32000-1, 8.5.2.1), in the same units."""
        return b"\n".join(b"%d %d %d 1 re" % run for run in self.runs)


@lru_cache(maxsize=64)
def square(text: str) -> Square:
    code = segno.make_qr(text, error=RECOVERY, boost_error=False)
    rows = [bytes(row) for row in code.matrix]
    return Square(len(rows), tuple(_runs(rows)))


def _runs(rows: list[bytes]) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(rows):
        start = row.find(1)
        while start >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            yield start, y, end - start
            start = row.find(1, end)


class Drawing:
    """What stands behind `<img src="qr:verify">` on paper. WeasyPrint reads an SVG anew for every
    document; this writes its rectangles straight into the page."""

    def __init__(self, square: Square):
        self.square = square

    def get_intrinsic_size(self, image_resolution, font_size):
        return self.square.size, self.square.size, 1

    def draw(self, stream, concrete_width, concrete_height, style):
        stream.transform(a=concrete_width / self.square.size, d=concrete_height / self.square.size)
        stream.set_color(style["color"])
        stream.stream.append(self.square.operators)
        stream.fill()


class Mark:
    """A tick in a rosette, as on the page that verifies: what stands beside the signature."""

    LOBES = 8

    def get_intrinsic_size(self, image_resolution, font_size):
        return 16, 16, 1

    def draw(self, stream, concrete_width, concrete_height, style):
        stream.transform(a=concrete_width / 16, d=concrete_height / 16)
        stream.set_color(style["color"], stroke=True)
        stream.set_line_width(1)
        stream.set_line_join(1)
        stream.set_line_cap(1)
        around = [_at(turn / self.LOBES, 6.5) for turn in range(self.LOBES)]
        stream.move_to(*around[0])
        for turn in range(self.LOBES):
            # A lobe: control points further out than its ends.
            first, second = (_at((turn + part) / self.LOBES, 8.3) for part in (0.2, 0.8))
            stream.curve_to(*first, *second, *around[(turn + 1) % self.LOBES])
        stream.close()
        stream.stroke()
        stream.move_to(5.4, 8.1)
        stream.line_to(7.2, 9.9)
        stream.line_to(10.7, 6.3)
        stream.stroke()


class Rule:
    """The dashed line above a group, as the border's image: one line with PDF's own dashes, where
    WeasyPrint would clip a rectangle for each dash (a kilobyte a slip)."""

    WIDTH, DASH = 1000, 3

    def get_intrinsic_size(self, image_resolution, font_size):
        return self.WIDTH, 1, self.WIDTH

    def draw(self, stream, concrete_width, concrete_height, style):
        stream.set_color(style["border_top_color"], stroke=True)
        stream.set_line_width(1)
        stream.set_dash([self.DASH, self.DASH], 0)
        stream.move_to(0, 0.5)
        stream.line_to(self.WIDTH, 0.5)
        stream.stroke()


def _at(turn: float, radius: float) -> tuple[float, float]:
    return 8 + radius * cos(2 * pi * turn), 8 + radius * sin(2 * pi * turn)


def drawings(address: str) -> dict[str, Drawing | Mark | Rule]:
    """WeasyPrint's store of pictures, with ours in it from the start: nothing is fetched."""
    always: dict[str, Drawing | Mark | Rule] = {"qr:rule": Rule()}
    return (
        always | {"qr:verify": Drawing(square(address)), "qr:mark": Mark()} if address else always
    )
