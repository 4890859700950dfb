"""The slip as a PDF: a roll exactly as high as it needs to be, or a sheet; drawn with our font."""

import os
import re
import threading
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from xml.etree import ElementTree

import structlog
from cssselect2 import ElementWrapper
from django.template.loader import render_to_string

from receipts.models import SlipIssue
from receipts.slip import font, qr
from receipts.slip.content import Field, SlipContent
from receipts.slip.papers import PAPERS, Paper

with warnings.catch_warnings():
    # WeasyPrint warns on import where the machine has no fonts. Ours come from FONTS_DIR.
    warnings.filterwarnings("ignore", message=".*Expect ugly output.*")
    from weasyprint import CSS, DEFAULT_OPTIONS, HTML, Document
    from weasyprint.text.ffi import ffi, fontconfig, gobject, pangoft2
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    from receipts.slip.colours import Srgb
    from receipts.slip.seal import Seal
    from receipts.slip.styles import Stock

log = structlog.get_logger(__name__)

ROLL = PAPERS[SlipIssue.Form.MM80]
# Seventeen characters without a space do not fit one of the two columns.
LONG_WORD = re.compile(r"[^\s\u2e80-\U0003ffff]{17,}")
ELEMENTS = """
html, body, div, p, h1, h2, img { display: block }
head, title, meta, link, script, style { display: none }
br::before { content: "\\A"; white-space: pre-line }
"""
# Tagged and archivable: both come with the text, neither costs more than a few per cent.
FORM = {"pdf_variant": "pdf/a-3a", "pdf_tags": True, "output_intent": Srgb.NAME}

ffi.cdef("FcConfig * FcConfigCreate(void);", override=True)


class NoAddress(URLFetcher):
    """Refuses every address: a slip loads nothing."""

    def fetch(self, url, headers=None):
        log.warning("slip_address_refused", scheme=url.partition(":")[0])
        raise PermissionError("A slip loads nothing.")


class OwnFonts(FontConfiguration):
    """Our four font files and nothing else: not what the machine has installed, and without the
    copies in a temporary folder that WeasyPrint makes for `@font-face`."""

    def __init__(self):
        self._folder = None
        self._config = fontconfig.FcConfigCreate()
        self.font_map = ffi.gc(pangoft2.pango_ft2_font_map_new(), gobject.g_object_unref)
        fc_map = ffi.cast("PangoFcFontMap *", self.font_map)
        pangoft2.pango_fc_font_map_set_config(fc_map, self._config)
        fontconfig.FcConfigDestroy(self._config)  # the map holds its own reference
        for face in font.FACES:
            if not fontconfig.FcConfigAppFontAddFile(self._config, os.fsencode(face.path)):
                raise font.FontsMissing(f"{face.file} cannot be read.")
        pangoft2.pango_fc_font_map_config_changed(fc_map)
        self.strut_layouts = {}
        self.font_features = {}

    def add_font_face(self, rule_descriptors, url_fetcher):
        log.warning("slip_font_refused")


class SlipDocument(Document):
    """Laid out with the styles that slips before it had computed."""

    @classmethod
    def _build_layout_context(cls, html, *given):
        context = super()._build_layout_context(html, *given)
        html.stock.exchange(context.style_for)
        return context


class SlipSource(HTML):
    """Read as XML, which our templates are, and with the style of the few elements a slip has: an
    HTML parser in Python and WeasyPrint's own sheet would take a seventh of the time."""

    def __init__(self, text: str, fetcher: URLFetcher, stock: Stock):
        self.stock = stock
        root = ElementTree.fromstring(text)  # noqa: S314  ours, escaped, without a DOCTYPE
        self.base_url = None
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms=False):
        return [press().elements]

    def render(self, font_config=None, counter_style=None, color_profiles=None, **options):
        options = DEFAULT_OPTIONS | options
        return SlipDocument._render(self, font_config, counter_style, color_profiles, options)


class Press:
    """What every slip shares: fonts and style sheet, read once. One slip at a time per thread."""

    def __init__(self):
        if not font.is_ready():
            raise font.FontsMissing("Run `manage.py build_fonts`.")
        self.fetcher = NoAddress()
        self.fonts = OwnFonts()
        self.elements = self._sheet(ELEMENTS)
        self.styles: dict[str, CSS] = {}
        self.stock = Stock()
        self.colours = {Srgb.NAME: Srgb()}

    def style(self, paper: Paper) -> CSS:
        if paper.name not in self.styles:
            self.styles[paper.name] = self._sheet(paper.style.read_text("utf-8"))
        return self.styles[paper.name]

    def _sheet(self, text: str) -> CSS:
        return CSS(string=text, font_config=self.fonts, url_fetcher=self.fetcher)

    def lay_out(self, html: str, paper: Paper = ROLL, qr_address: str = "") -> Document:
        """A roll is one page, cut below its last line."""
        source = SlipSource(html.strip(), self.fetcher, self.stock)
        document = source.render(
            font_config=self.fonts,
            stylesheets=[self.style(paper)],
            cache=qr.drawings(qr_address),
            color_profiles=self.colours,
            **FORM,
        )
        if not paper.roll:
            return document
        if len(document.pages) != 1:
            raise ValueError("A slip longer than a metre and a half is no slip.")
        cut(document.pages[0])
        return document

    def print(
        self, html: str, paper: Paper = ROLL, qr_address: str = "", seal: Seal | None = None
    ) -> bytes:
        document = self.lay_out(html, paper, qr_address)
        if seal is None:
            return document.write_pdf(**FORM)
        moment = seal.at.astimezone(UTC)
        document.metadata.created = document.metadata.modified = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        written = document.write_pdf(finisher=seal.finish, attachments=seal.attachments(), **FORM)
        return seal.fill_in(written)


_presses = threading.local()


def press() -> Press:
    """This thread's press: Pango's font maps are not made for sharing between threads."""
    if not hasattr(_presses, "press"):
        _presses.press = Press()
    return _presses.press


def cut(page) -> None:
    """Cuts the paper below the last line: laid out once on a long page, never twice."""
    html = page._page_box.children[0]
    body = html.children[0]
    page.height = page._page_box.height = body.position_y + body.margin_height()


@dataclass(frozen=True, slots=True)
class Cell:
    """A field in one of two columns, and its style classes."""

    field: Field
    looks: str


def cells(fields: Iterable[Field], chip: Iterable[Field] = ()) -> list[Cell]:
    """Numbers and chip data in two columns without holes; what is wide has a line of its own.
    What shares a line with chip data is as small as they are."""
    fields, chip = list(fields), list(chip)
    small = set(chip)
    if fields and chip and not fields[-1].wide and _fills_no_line(fields):
        small.add(fields[-1])
    placed, left = [], True
    for field in (*fields, *chip):
        left = left or field.wide
        looks = " odd" * left + " wide" * field.wide + " chip" * (field in small)
        placed.append(Cell(field, looks))
        left = field.wide or not left
    return placed


def _fills_no_line(fields: list[Field]) -> bool:
    """Whether the last of them stands alone on its line."""
    since_wide = 0
    for field in fields:
        since_wide = 0 if field.wide else since_wide + 1
    return since_wide % 2 == 1


@dataclass(frozen=True, slots=True)
class ReversalGroup:
    """What took money back: its amount and time as rows, its numbers in columns."""

    rows: tuple[Field, ...]
    cells: list[Cell]

    @classmethod
    def of(cls, fields: tuple[Field, ...]) -> "ReversalGroup":
        return cls(fields[:2], cells(fields[2:]))


def has_long_words(content: SlipContent) -> bool:
    """Whether lines must be broken inside words, which makes the layout a tenth slower. Chinese
    breaks anywhere by itself."""
    return any(LONG_WORD.search(text) for text in content.texts())


def slip_html(content: SlipContent, *, institution: str = "", paper: Paper = ROLL) -> str:
    return render_to_string(
        paper.template,
        {
            "slip": content,
            "institution": institution,
            "cells": cells(content.numbers, content.chip),
            "reversals": [ReversalGroup.of(fields) for fields in content.reversals],
            "long_words": has_long_words(content),
            "amount_size": paper.amount_size(content.amount.digits),
        },
    )


def slip_pdf(
    content: SlipContent,
    *,
    institution: str = "",
    form: str = SlipIssue.Form.MM80,
    seal: Seal | None = None,
) -> bytes:
    """The PDF of a slip in that form. What no glyph of ours draws becomes 〓, and is logged.

    Without a seal it is a drawing and no issue: neither signed nor with its data. Raises
    FontsMissing when set-up has not built the font, KeyUnusable where nothing can be signed.
    """
    paper = PAPERS[form]
    html, missing = font.replace_missing(slip_html(content, institution=institution, paper=paper))
    if missing:
        log.warning("slip_glyphs_missing", characters=sorted(f"U+{ord(c):04X}" for c in missing))
    address = content.verify.address if content.verify else ""
    return press().print(html, paper, address, seal)
