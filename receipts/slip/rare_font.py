"""Makes the font of rare characters from the collection's Simplified Chinese face, at set-up only.

TrueType outlines instead of the collection's CFF: a subset of it in a PDF keeps the numbering of
all its glyphs, which costs 70 KB a slip in CFF and under one in TrueType. The package has one
weight; the bold one is made by moving the outlines outwards, as FreeType emboldens.
"""

from math import hypot
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphCoordinates

SIMPLIFIED_CHINESE_FACE = 2  # of the collection's JP, KR, SC, TC, HK
NOTDEF = ".notdef"
TOLERANCE = 0.6  # of 1000 units: how far a quadratic curve may stray from the cubic one
# Units by which a stem grows, how many points make a character dense, and what it still gets.
BOLDER_BY, DENSE_FROM, LEAST_BOLDER = 36, 110, 10
# Turns sharper than this keep their point, or it would shoot out (cosine, as FreeType has it).
TOO_SHARP = -0.9375
NAME_COPYRIGHT, NAME_LICENCE, NAME_LICENCE_URL = 0, 13, 14


def make_rare(collection: Path, have: set[int], targets: dict[int, Path], family: str) -> set[int]:
    """Writes one TTF per weight with what `have` lacks; returns its characters."""
    with TTFont(collection, fontNumber=SIMPLIFIED_CHINESE_FACE, lazy=True) as source:
        points = {p: name for p, name in source.getBestCmap().items() if p not in have}
        order = [NOTDEF, *sorted(set(points.values()), key=source.getGlyphID)]
        drawn = quadratic(source, order)
        widths = {name: source["hmtx"][name][0] for name in order}
        for weight, path in targets.items():
            glyphs = drawn if weight < 600 else {n: bolder(glyph) for n, glyph in drawn.items()}
            assemble(source, glyphs, widths, points, weight=weight, family=family).save(path)
    return set(points)


def quadratic(source: TTFont, names: list[str]) -> dict[str, Glyph]:
    glyph_set = source.getGlyphSet()
    glyphs = {}
    for name in names:
        pen = TTGlyphPen(None)
        glyph_set[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
        glyphs[name] = pen.glyph()
    return glyphs


def bolder(glyph: Glyph) -> Glyph:
    """The glyph with every contour moved outwards; less so where many strokes share the square."""
    made = Glyph()
    made.numberOfContours = glyph.numberOfContours
    if glyph.numberOfContours <= 0:
        return made
    made.endPtsOfContours = glyph.endPtsOfContours
    made.flags = glyph.flags
    made.program = glyph.program
    density = len(glyph.coordinates) / DENSE_FROM
    by = max(LEAST_BOLDER, BOLDER_BY / max(1, density**1.5)) / 2
    moved, start = [], 0
    for end in glyph.endPtsOfContours:
        moved += outwards(list(glyph.coordinates[start : end + 1]), by)
        start = end + 1
    made.coordinates = GlyphCoordinates(moved)
    made.coordinates.toInt()
    return made


def outwards(contour: list[tuple[float, float]], by: float) -> list[tuple[float, float]]:
    """Each point goes along the middle of its two sides' normals; short sides limit the way.

    Outer contours run clockwise (TrueType), so outside is on the left of each side.
    """
    count = len(contour)
    sides = []
    for index, (x, y) in enumerate(contour):
        following = contour[(index + 1) % count]
        dx, dy = following[0] - x, following[1] - y
        length = hypot(dx, dy)
        sides.append((dx / length, dy / length, length) if length else None)
    if not any(sides):
        return contour
    moved = []
    for index, (x, y) in enumerate(contour):
        before = next(s for k in range(1, count + 1) if (s := sides[(index - k) % count]))
        after = next(s for k in range(count) if (s := sides[(index + k) % count]))
        turn = before[0] * after[0] + before[1] * after[1]
        if turn <= TOO_SHARP:
            moved.append((x, y))
            continue
        inner = after[1] * before[0] - after[0] * before[1]  # above 0 where the contour bends in
        room = min(before[2], after[2])
        factor = by / (1 + turn) if by * inner <= room * (1 + turn) else room / inner
        moved.append((x - (before[1] + after[1]) * factor, y + (before[0] + after[0]) * factor))
    return moved


def assemble(
    source: TTFont, glyphs: dict, widths: dict, points: dict, *, weight: int, family: str
) -> TTFont:
    style = "Bold" if weight >= 600 else "Regular"
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(points)
    builder.setupGlyf(glyphs)
    lefts = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {name: (widths[name], getattr(lefts[name], "xMin", 0)) for name in glyphs}
    )
    builder.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    names = source["name"]
    builder.setupNameTable(
        {
            "copyright": names.getDebugName(NAME_COPYRIGHT) or "",
            "familyName": family,
            "styleName": style,
            "uniqueFontIdentifier": f"{family} {style}",
            "fullName": f"{family} {style}",
            "psName": f"{family.replace(' ', '')}-{style}",
            "licenseDescription": names.getDebugName(NAME_LICENCE) or "",
            "licenseInfoURL": names.getDebugName(NAME_LICENCE_URL) or "",
        },
        mac=False,
    )
    builder.setupOS2(
        usWeightClass=weight,
        sTypoAscender=source["OS/2"].sTypoAscender,
        sTypoDescender=source["OS/2"].sTypoDescender,
        usWinAscent=source["OS/2"].usWinAscent,
        usWinDescent=source["OS/2"].usWinDescent,
        fsType=0,
    )
    builder.setupPost(keepGlyphNames=False)
    made = builder.font
    made["head"].created = made["head"].modified = source["head"].modified
    made.recalcTimestamp = False
    return made
