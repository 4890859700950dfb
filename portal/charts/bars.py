"""Columns over time as SVG: numbers only, so that a template draws them under the strict CSP.

The picture is stretched to whatever width there is (preserveAspectRatio="none"), so words stand
outside it, in HTML. A table stands behind every chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STEP, GAP, HEIGHT = 10.0, 2.0, 100.0


@dataclass(frozen=True)
class Rect:
    """In the units of the picture, as SVG reads them; `kind` is a class of the style sheet."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Bars:
    """`top` is what the full height stands for."""

    width: str
    height: str
    top: int
    rects: list[Rect]


def _rect(kind: str, x: float, y: float, width: float, height: float) -> Rect:
    return Rect(kind, f"{x:.2f}", f"{y:.2f}", f"{width:.2f}", f"{height:.2f}")


def draw(
    columns: Sequence[Sequence[int]],
    kinds: Sequence[str],
    bands: Sequence[tuple[float, float]] = (),
) -> Bars:
    """One column for each of `columns`: its parts, named by `kinds`, from the foot up. `bands` are
    spans behind them, in columns (2.5, 4.0: from the middle of the third to the end of the fourth).
    """
    top = max((sum(parts) for parts in columns), default=0)
    rects = [
        _rect("band", start * STEP, 0, max(end - start, 0.1) * STEP, HEIGHT) for start, end in bands
    ]
    for place, parts in enumerate(columns):
        foot = HEIGHT
        for kind, part in zip(kinds, parts, strict=True):
            if part:
                height = part / top * HEIGHT
                foot -= height
                rects.append(_rect(kind, place * STEP + GAP / 2, foot, STEP - GAP, height))
    return Bars(f"{len(columns) * STEP:g}", f"{HEIGHT:g}", top, rects)
