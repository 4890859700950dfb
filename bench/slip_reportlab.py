"""The same slip laid out by ReportLab: the second yardstick, without tags, data or signature."""

from functools import cache
from io import BytesIO

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from receipts.slip import font
from receipts.slip.content import SlipContent, Words

WIDTH, HEIGHT, EDGE = 80 * mm, 260 * mm, 4 * mm
PLAIN, BOLD = "slip", "slip-bold"


@cache
def fonts() -> None:
    for name, weight in ((PLAIN, 400), (BOLD, 700)):
        pdfmetrics.registerFont(TTFont(name, str(font.Face(font.FAMILY, weight).path)))


def draw(slip: SlipContent) -> bytes:
    fonts()
    made = BytesIO()
    canvas = Canvas(made, pagesize=(WIDTH, HEIGHT))
    y = HEIGHT - EDGE

    def line(words: Words, value: str = "", size: float = 8, name: str = PLAIN) -> None:
        nonlocal y
        y -= size + 3
        canvas.setFont(name, size)
        canvas.drawString(EDGE, y, words.zh)
        if value:
            canvas.drawRightString(WIDTH - EDGE, y, value)
        if words.en:
            y -= 8
            canvas.setFont(PLAIN, 6.5)
            canvas.drawString(EDGE, y, words.en)

    for words in (slip.title, slip.duplicate or Words(""), slip.copy, slip.type):
        line(words)
    line(slip.merchant, size=13, name=BOLD)
    line(slip.amount.title, slip.amount.symbol + slip.amount.digits, size=22, name=BOLD)
    line(slip.amount.status)
    for field in (*slip.card, *slip.numbers, *slip.chip):
        line(field.title, field.value)
    for words in (*slip.notes, *slip.statement):
        line(words)
    if slip.verify:
        line(Words("核验码", "VERIFY"), slip.verify.code, size=13, name=BOLD)
        matrix = segno.make(slip.verify.address, error="m").matrix
        side = 19 * mm / len(matrix)
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    left, top = EDGE + column * side, y - (row + 1) * side
                    canvas.rect(left, top, side, side, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    return made.getvalue()
