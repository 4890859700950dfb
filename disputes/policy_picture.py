"""The states of a case as a picture, drawn from the policy's table: docs/policy.*.svg and a page of
the desk.

A statechart: each stage is a box of its statuses, all stages together are what is open. A step that
may be done in every status of a box leaves from the box itself, so that a few arrows say what some
eighty would. An arrow bears a number; the list beside it says which steps it stands for, and is
the picture's text for whoever has it read aloud.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple
from xml.sax.saxutils import escape

from django.utils import translation
from django.utils.translation import gettext as _

from disputes import policy
from disputes.desk.history import WORDS
from disputes.models.case import CLOSED_STATUSES, OPEN_STATUSES, Stage, Status
from disputes.policy.document import after

INK, GREEN, TINT, PAPER, LINE = "#1E2421", "#0E5C4A", "#E7F1EE", "#FFFFFF", "#B9C2BD"
FONT = "system-ui, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
WIDTH, ROW, BADGE, LINE_HEIGHT = 960, 168, 11, 22
NODE_WIDTH, NODE_HEIGHT, TOP = 158, 44, 120
LEFT, RIGHT = 150, 810  # of what is open
Node = tuple[str, str]  # stage ("" once it is closed), status ("" for the box of all)
Point = tuple[float, float]
BEGIN, OPEN, CLOSED = ("begin", ""), ("open", ""), ("closed", "")
OUTCOMES = [("", status.value) for status in CLOSED_STATUSES if status != Status.MERGED]
MERGED = ("", Status.MERGED.value)


def inside(box: Node) -> list[Node]:
    """The states in a box."""
    if box == CLOSED:
        return OUTCOMES
    stages = [stage.value for stage in Stage] if box == OPEN else [box[0]]
    return [(stage, status.value) for stage in stages for status in OPEN_STATUSES]


STAGES: list[Node] = [(stage.value, "") for stage in Stage]


@dataclass(frozen=True)
class Arrow:
    """From one state or box to another, by these steps (their events)."""

    number: int
    start: Node
    end: Node
    events: tuple[str, ...]

    @property
    def words(self) -> str:
        return _("{number}. 从“{start}”到“{end}”：{steps}").format(
            number=self.number,
            start=name(self.start),
            end=name(self.end),
            steps=_("；").join(str(WORDS[event]) for event in self.events),
        )


def arrows() -> list[Arrow]:
    """Numbered from the top of the picture to its foot, those of one pair together."""
    found: dict[tuple[Node, Node], list[str]] = defaultdict(list)
    for stage, opening in policy.OPENING.items():
        found[(BEGIN, (stage.value, opening.status.value))].append("opened")
    for event, pairs in _changes().items():
        for pair in _gathered(pairs):
            found[pair].append(event)
    ordered = sorted(found.items(), key=lambda item: (_place(item[0][0]), _place(item[0][1])))
    return [
        Arrow(number, start, end, tuple(events))
        for number, ((start, end), events) in enumerate(ordered, start=1)
    ]


def _changes() -> dict[str, set[tuple[Node, Node]]]:
    """Event → from which state to which other it leads."""
    found: dict[str, set[tuple[Node, Node]]] = defaultdict(set)
    for step in policy.STEPS:
        for stage in (each for each in Stage if each in step.stages):
            for status in (each for each in Status if each in step.statuses):
                for becomes in after(step, stage, status):
                    pair = _node(stage, status), _node(step.to_stage or stage, becomes)
                    if pair[0] != pair[1]:
                        found[step.event].add(pair)
    return found


def _node(stage: str, status: str) -> Node:
    return ("", str(status)) if status in CLOSED_STATUSES else (str(stage), str(status))


def _gathered(pairs: set[tuple[Node, Node]]) -> set[tuple[Node, Node]]:
    """The same with boxes in the place of all their states: first a stage that becomes another
    with the same status, then one state that becomes any open one, then a box that becomes one."""
    rest, found = set(pairs), set()

    def take(some: set[tuple[Node, Node]], pair: tuple[Node, Node]) -> None:
        if some <= rest:
            rest.difference_update(some)
            found.add(pair)

    for a in STAGES:
        for b in STAGES:
            if a != b:
                take({((a[0], s.value), (b[0], s.value)) for s in OPEN_STATUSES}, (a, b))
    for start in {start for start, _end in pairs}:
        take({(start, end) for end in inside(OPEN)}, (start, OPEN))
    for end in {end for _start, end in pairs}:
        for box in (OPEN, *STAGES, CLOSED):
            others = {(start, end) for start in inside(box) if start != end}
            take(others, (box, end))
    return found | rest


def _place(node: Node) -> tuple[int, int]:
    """Row and column in the picture; a box stands before its states."""
    stage, status = node
    rows = [BEGIN[0], OPEN[0], *(each.value for each in Stage), CLOSED[0], ""]
    columns = ["", *(each.value for each in (*OPEN_STATUSES, *CLOSED_STATUSES))]
    return rows.index(stage), columns.index(status)


def name(node: Node) -> str:
    stage, status = node
    if node in (BEGIN, OPEN, CLOSED):
        return {BEGIN: _("开始"), OPEN: _("没有办结的"), CLOSED: _("办结的")}[node]
    parts = [str(Stage(stage).label)] if stage else []
    return "·".join([*parts, *([str(Status(status).label)] if status else [])])


class Box(NamedTuple):
    left: float
    top: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        return self.left + self.width / 2, self.top + self.height / 2


def _boxes() -> dict[Node, Box]:
    """Where everything stands: stages one under the other, what is closed below them."""

    def at(x: float, y: float) -> Box:
        return Box(x - NODE_WIDTH / 2, y - NODE_HEIGHT / 2, NODE_WIDTH, NODE_HEIGHT)

    columns = [LEFT + (RIGHT - LEFT) * (2 * each + 1) / 6 for each in range(3)]
    boxes = {BEGIN: at(columns[1], 34)}
    for row, (stage, _none) in enumerate(STAGES):
        top = TOP + ROW * row
        boxes[(stage, "")] = Box(LEFT + 12, top + 12, RIGHT - LEFT - 24, ROW - 24)
        for x, status in zip(columns, OPEN_STATUSES, strict=True):
            boxes[(stage, status.value)] = at(x, top + ROW / 2 + 8)
    bottom = TOP + ROW * len(STAGES)
    boxes[OPEN] = Box(LEFT, TOP, RIGHT - LEFT, bottom - TOP)
    wide = (RIGHT - LEFT) * 3 / 4
    boxes[CLOSED] = Box(LEFT, bottom + 70, wide, 100)
    for number, node in enumerate(OUTCOMES):
        boxes[node] = at(LEFT + wide * (2 * number + 1) / 6, bottom + 128)
    boxes[MERGED] = at(RIGHT - NODE_WIDTH / 2, bottom + 128)
    return boxes


def draw(*, alone: bool = False) -> str:
    """The picture in the language of the moment; `alone` for a file of its own, with the list of
    steps under it."""
    found, boxes = arrows(), _boxes()
    height = boxes[CLOSED].top + boxes[CLOSED].height + 24
    whole = height + (len(found) * LINE_HEIGHT + 16 if alone else 0)
    text = "\n".join(arrow.words for arrow in found)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole:.0f}" role="img" '
        f'aria-labelledby="policy-title policy-desc" font-family="{FONT}">',
        f'<title id="policy-title">{escape(_("案件的状态"))}</title>',
        f'<desc id="policy-desc">{escape(text)}</desc>',
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="{GREEN}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{whole:.0f}" fill="{PAPER}"/>',
        *(
            _drawn(node, box)
            for node, box in sorted(boxes.items(), key=lambda each: -each[1].width)
        ),
    ]
    lines = _lines(found, boxes)
    parts += [
        f'<path d="{line.path}" fill="none" stroke="{GREEN}" stroke-width="1.5" '
        f'stroke-linejoin="round" marker-end="url(#tip)"/>'
        for line in lines
    ]
    taken: list[Point] = []
    for arrow, line in zip(found, lines, strict=True):
        x, y = at = _free(line, taken, boxes)
        taken.append(at)
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{BADGE}" fill="{PAPER}" stroke="{GREEN}"/>'
            f'<text x="{x:.0f}" y="{y + 4:.0f}" font-size="12" text-anchor="middle" '
            f'fill="{INK}">{arrow.number}</text>'
        )
    if alone:
        parts += [
            f'<text x="24" y="{height + 16 + row * LINE_HEIGHT:.0f}" font-size="13" '
            f'fill="{INK}">{escape(arrow.words)}</text>'
            for row, arrow in enumerate(found)
        ]
    return "\n".join([*parts, "</svg>", ""])


def files() -> dict[str, str]:
    """For docs/: the picture by itself in each language."""
    found = {}
    for language, short in (("zh-hans", "zh"), ("en", "en")):
        with translation.override(language):
            found[f"policy.{short}.svg"] = draw(alone=True)
    return found


def _drawn(node: Node, box: Box) -> str:
    """A box bears its name at its upper left, a state in its middle."""
    x, y = box.centre
    rect = (
        f'<rect x="{box.left:.0f}" y="{box.top:.0f}" width="{box.width:.0f}" '
        f'height="{box.height:.0f}" rx="10" '
    )
    if node in (OPEN, CLOSED) or node in STAGES:
        dash = ' stroke-dasharray="4 4"' if node == OPEN else ""
        label = "" if node == OPEN else escape(name(node))
        return (
            f'{rect}fill="{TINT if node in STAGES else PAPER}" stroke="{LINE}"{dash}/>'
            f'<text x="{box.left + 14:.0f}" y="{box.top + 24:.0f}" font-size="15" '
            f'font-weight="600" fill="{INK}">{label}</text>'
        )
    words = str(Status(node[1]).label) if node[1] else name(node)
    return (
        f'{rect}fill="{PAPER}" stroke="{GREEN}"/><text x="{x:.0f}" y="{y + 5:.0f}" '
        f'font-size="{15 if len(words) < 20 else 12}" text-anchor="middle" fill="{INK}">'
        f"{escape(words)}</text>"
    )


class Line(NamedTuple):
    """A path, and where its number may stand, the best place first."""

    path: str
    places: list[Point]


def _lines(found: list[Arrow], boxes: dict[Node, Box]) -> list[Line]:
    """Between states of one row an arc; into a state of its own box, and from what is open to what
    is closed, straight down; all others in a lane of their own beside the picture."""
    lanes, lines = {"left": 0, "right": 0}, []
    for arrow in found:
        start, end = boxes[arrow.start], boxes[arrow.end]
        if arrow.end == OPEN:
            x = start.centre[0] - 46
            lines.append(_straight([(x, start.top - 2), (x, end.top + end.height + 3)]))
        elif arrow.start == OPEN or (arrow.start[0] == arrow.end[0] and not arrow.start[1]):
            x = end.centre[0] + 40
            top = start.top if arrow.start != OPEN else start.top + start.height
            lines.append(_straight([(x, top), (x, end.top - 3)]))
        elif _near(arrow):
            lines.append(_arc(start, end))
        else:
            side = "left" if boxes[arrow.end].centre[0] < WIDTH / 2 - 50 else "right"
            lanes[side] += 1
            lines.append(_lane(start, end, side, lanes[side]))
    return lines


def _near(arrow: Arrow) -> bool:
    """Both in one row, or the beginning and the first."""
    first = STAGES[0][0] if arrow.start == BEGIN else arrow.start[0]
    return arrow.end[0] == first and bool(arrow.end[1])


def _straight(points: list[Point]) -> Line:
    """Along these points; the number on the longest part."""
    longest = max(pairwise(points), key=lambda pair: math.dist(*pair))
    (x1, y1), (x2, y2) = longest
    parts = [0.5 + sign * part / 50 for part in range(20) for sign in (1, -1)]
    places = [(x1 + (x2 - x1) * part, y1 + (y2 - y1) * part) for part in parts]
    return Line("M" + " L".join(map(_at, points)), places)


def _arc(start: Box, end: Box) -> Line:
    """From border to border, bent to its own right, so that there and back lie apart."""
    (x1, y1), (x2, y2) = start.centre, end.centre
    length = math.hypot(x2 - x1, y2 - y1)
    bend = 14 + length * 0.13
    away = -(y2 - y1) / length * bend, (x2 - x1) / length * bend
    b = x1 + (x2 - x1) * 0.3 + away[0], y1 + (y2 - y1) * 0.3 + away[1]
    c = x1 + (x2 - x1) * 0.7 + away[0], y1 + (y2 - y1) * 0.7 + away[1]
    points = _border(start, b), b, c, _border(end, c)
    parts = [0.5 + sign * part / 50 for part in range(20) for sign in (1, -1)]
    path = f"M{_at(points[0])} C{_at(b)} {_at(c)} {_at(points[3])}"
    return Line(path, [_on(points, part) for part in parts])


def _lane(start: Box, end: Box, side: str, number: int) -> Line:
    """Out at the side of the one and in again at the side of the other; of a state that another
    one hides, under the row."""
    sign = -1 if side == "left" else 1
    out = (LEFT if side == "left" else RIGHT) + sign * 26 * number
    shift = 7 * number - 16

    def way(box: Box) -> list[Point]:
        if box.width == NODE_WIDTH and abs(box.centre[0] - WIDTH / 2) < 50 and box.top > TOP:
            x, under = box.centre[0] + sign * 20, box.top + box.height + 14 + 3 * number
            return [(x, box.top + box.height + 3), (x, under), (out, under)]
        edge = box.left - 3 if side == "left" else box.left + box.width + 3
        # What is closed lies beside a merged case: past below it.
        y = (
            box.top + box.height - 20 + 4 * number
            if box.width > 400 and side == "right" and (box.top > TOP + ROW * len(STAGES))
            else box.centre[1] + shift
        )
        return [(edge, y), (out, y)]

    return _straight([*way(start), *reversed(way(end))])


def _border(box: Box, towards: Point) -> Point:
    """Where the line from a box's centre leaves it."""
    dx, dy = towards[0] - box.centre[0], towards[1] - box.centre[1]
    across = (box.width / 2 + 3) / abs(dx) if dx else math.inf
    along = (box.height / 2 + 3) / abs(dy) if dy else math.inf
    part = min(across, along, 1)
    return box.centre[0] + dx * part, box.centre[1] + dy * part


def _free(line: Line, taken: list[Point], boxes: dict[Node, Box]) -> Point:
    """The first place of the line that is on no other number and on no state; where there is none,
    the one farthest from the others."""
    states = [box for box in boxes.values() if box.width == NODE_WIDTH]

    def room(at: Point) -> float:
        return min((math.dist(at, other) for other in taken), default=math.inf)

    def clear(at: Point) -> bool:
        return all(
            abs(at[0] - box.centre[0]) > box.width / 2 + BADGE
            or abs(at[1] - box.centre[1]) > box.height / 2 + BADGE
            for box in states
        )

    outside = [at for at in line.places if clear(at)] or line.places
    return next((at for at in outside if room(at) > 2 * BADGE + 3), max(outside, key=room))


def _on(line: tuple[Point, Point, Point, Point], t: float) -> Point:
    u = 1 - t
    parts = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
    x, y = (
        sum(p * v for p, v in zip(parts, axis, strict=True)) for axis in zip(*line, strict=True)
    )
    return x, y


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
