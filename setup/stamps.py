"""Cuts the status seals and the logo out of Noto Serif SC Bold: outlines, so no page loads a font.

    python setup/stamps.py [--packages node_modules] [--out static/vendor]

writes `stamps.svg` (one path a character, and the digits of the date), `logo.svg` (the slip and
its 票) and `icon.svg` (the same as a favicon). Pages draw them with `<use>`; the specks of worn
rubber are a mask in the page, since a mask inside another file is not drawn everywhere.
Needs fontTools only; same inputs, same bytes.
"""

import argparse
import shutil
from pathlib import Path

from fontTools.misc.transform import Transform
from fontTools.pens.basePen import BasePen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

PACKAGE = "@fontsource/noto-serif-sc"
FILES = ("latin", "chinese-simplified")
# All the characters of 已结算 已退款 部分退款 已撤销 未成功, and of 处理中, which is no seal yet.
CHARACTERS = "已结算退款部分撤销未成功处理中"
# Units of the drawing; `receipts.templatetags.slip` sets words and dates of these pieces.
GLYPH, DATE_SIZE, DIGIT_CELL, DOT_CELL = 30, 12, 7.6, 4.4
LOGO_WIDTH, LOGO_HEIGHT, TEETH, TOOTH = 26, 30, 5, 2.6
GRID = 10
SMALLER = f'transform="scale({1 / GRID:g})"'
GREEN = "#0E5C4A"


class Outlines:
    """Glyph outlines of the bold serif as SVG path data."""

    def __init__(self, packages: Path):
        self.home = packages / PACKAGE
        paths = [self.home / "files" / f"noto-serif-sc-{name}-700-normal.woff2" for name in FILES]
        if missing := [path for path in paths if not path.is_file()]:
            raise SystemExit(f"{missing[0]} is missing: run `npm ci --ignore-scripts` first.")
        self.fonts = [TTFont(path) for path in paths]

    def glyph(self, character: str):
        for font in self.fonts:
            if name := font.getBestCmap().get(ord(character)):
                return font.getGlyphSet()[name], font["head"].unitsPerEm
        raise SystemExit(f"No outline for {character!r} in {PACKAGE}.")

    def path(self, character: str, *, size: float) -> str:
        """The outline with its origin at the left end of the base line, y pointing down."""
        glyph, em = self.glyph(character)
        return self._draw(glyph, Transform(size / em, 0, 0, -size / em, 0, 0))

    def centred(self, character: str, *, size: float, cell: float) -> str:
        """The outline centred in a cell of the given width, so that dates keep their columns."""
        glyph, em = self.glyph(character)
        x = (cell - glyph.width * size / em) / 2
        return self._draw(glyph, Transform(size / em, 0, 0, -size / em, x, 0))

    def filling(self, character: str, *, size: float, middle: tuple[float, float]) -> str:
        """The outline with the middle of its ink at a point."""
        glyph, em = self.glyph(character)
        pen = BoundsPen(None)
        glyph.draw(pen)
        left, bottom, right, top = pen.bounds
        scale = size / em
        x = middle[0] - (left + right) / 2 * scale
        y = middle[1] + (bottom + top) / 2 * scale
        return self._draw(glyph, Transform(scale, 0, 0, -scale, x, y))

    def _draw(self, glyph, transform: Transform) -> str:
        pen = CompactPen()
        glyph.draw(TransformPen(pen, transform.reverseTransform((GRID, 0, 0, GRID, 0, 0))))
        return pen.path()


class CompactPen(BasePen):
    """Relative, whole numbers on a grid of tenths: half the bytes of what fontTools writes."""

    def __init__(self):
        super().__init__(None)
        self.commands: list[tuple[str, list[int]]] = []
        self.at = self.start = (0, 0)

    def _to(self, letter: str, *points) -> None:
        whole = [(round(x), round(y)) for x, y in points]
        numbers = [n for x, y in whole for n in (x - self.at[0], y - self.at[1])]
        self.at = whole[-1]
        self.commands.append((letter, numbers))

    def _moveTo(self, point):
        self._to("m", point)
        self.start = self.at

    def _lineTo(self, point):
        self._to("l", point)

    def _qCurveToOne(self, control, point):
        self._to("q", control, point)

    def _curveToOne(self, first, second, point):
        self._to("c", first, second, point)

    def _closePath(self):
        self.commands.append(("z", []))
        self.at = self.start

    def path(self) -> str:
        """SVG path data; its numbers are tenths of a unit."""
        text = last = ""
        for letter, numbers in self.commands:
            text += "" if letter == last and letter != "m" else letter
            for i, number in enumerate(numbers):
                joined = i == 0 and text.endswith(letter)
                text += str(number) if joined or number < 0 else f" {number}"
            last = letter
        return text


def stamps(outlines: Outlines) -> str:
    glyphs = {f"u{ord(c):x}": outlines.path(c, size=GLYPH) for c in CHARACTERS}
    glyphs |= {
        f"u{ord(c):x}": outlines.centred(
            c, size=DATE_SIZE, cell=DOT_CELL if c == "." else DIGIT_CELL
        )
        for c in "0123456789."
    }
    return document(
        "\n".join(f'<path id="{key}" {SMALLER} d="{path}"/>' for key, path in glyphs.items())
    )


def slip_outline() -> str:
    """The paper of the logo: straight above, five teeth below."""
    step = LOGO_WIDTH / TEETH
    foot = LOGO_HEIGHT - TOOTH
    teeth = "".join(
        f"L{(i + 0.5) * step:g} {LOGO_HEIGHT:g}L{i * step:g} {foot:g}"
        for i in reversed(range(TEETH))
    )
    return f"M0 0H{LOGO_WIDTH}V{foot:g}{teeth}Z"


def logo(outlines: Outlines) -> tuple[str, str]:
    """The logo for pages (two parts, coloured by the theme) and as a favicon (coloured)."""
    sign = outlines.filling("票", size=17, middle=(LOGO_WIDTH / 2, 14))
    parts = f'<path id="paper" d="{slip_outline()}"/>\n<path id="sign" {SMALLER} d="{sign}"/>'
    icon = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-3 -1 32 32">'
        f'<path fill="{GREEN}" d="{slip_outline()}"/>'
        f'<path fill="#fff" {SMALLER} d="{sign}"/></svg>\n'
    )
    return document(parts), icon


def document(content: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">\n'
        "<!-- Outlines of Noto Serif SC Bold (SIL Open Font License 1.1, "
        "see LICENCE-noto-serif-sc.txt) -->\n"
        f"{content}\n</svg>\n"
    )


def build(packages: Path, out: Path) -> None:
    outlines = Outlines(packages)
    out.mkdir(parents=True, exist_ok=True)
    pages, icon = logo(outlines)
    for name, text in {"stamps.svg": stamps(outlines), "logo.svg": pages, "icon.svg": icon}.items():
        (out / name).write_text(text, "utf-8")
    shutil.copyfile(outlines.home / "LICENSE", out / "LICENCE-noto-serif-sc.txt")


def main() -> None:
    home = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, default=home / "node_modules")
    parser.add_argument("--out", type=Path, default=home / "static" / "vendor")
    args = parser.parse_args()
    build(args.packages, args.out)
    print(f"Seals and logo are in {args.out}.")


if __name__ == "__main__":
    main()
