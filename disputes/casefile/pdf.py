"""A case file as a PDF: the slip's own fonts and nothing else of the machine, tagged, archivable,
with small views of the pictures; no address is ever asked.

Raises receipts.slip.font.FontsMissing.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

from disputes.casefile.contents import Section, Source, exact
from portal.uploads import previews
from portal.uploads.models import Upload
from receipts.slip import font
from receipts.slip.pdf import FORM, NoAddress, Press, SlipSource

log = structlog.get_logger(__name__)

# What XML 1.0 has not, and tabs, which no font draws; names in old files may hold such.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\ufffe\uffff]")
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}


@dataclass(frozen=True)
class Drawn:
    data: bytes
    pages: int


class Previews(NoAddress):
    """Hands out the small views that the file itself names, one at a time, and nothing else."""

    def __init__(self, uploads: dict[str, Upload]):
        super().__init__()
        self.uploads = uploads

    def fetch(self, url, headers=None):
        if url not in self.uploads:
            return super().fetch(url, headers)
        from weasyprint.urls import URLFetcherResponse

        drawn = previews.small(self.uploads[url])
        return URLFetcherResponse(url, drawn, {"Content-Type": "image/jpeg"})


class CasePress(Press):
    """The slip's press with another sheet, and pictures; the styles it keeps are its own."""

    def __init__(self):
        super().__init__()
        style = Path(settings.BASE_DIR) / "templates" / "disputes" / "casefile" / "file.css"
        self.sheet = self._sheet(style.read_text("utf-8"))

    def draw(self, html: str, uploads: dict[str, Upload], made_at: datetime) -> Drawn:
        source = SlipSource(html, Previews(uploads), self.stock)
        document = source.render(
            font_config=self.fonts,
            stylesheets=[self.sheet],
            color_profiles=self.colours,
            **FORM,
        )
        moment = made_at.astimezone(UTC)
        document.metadata.created = document.metadata.modified = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        return Drawn(document.write_pdf(**FORM), len(document.pages))


_presses = threading.local()


def press() -> CasePress:
    if not hasattr(_presses, "press"):
        _presses.press = CasePress()
    return _presses.press


def file_html(source: Source, sections: list[Section]) -> str:
    """XML, which WeasyPrint's HTML parser need not read."""
    asker = source.file.asked_by
    return render_to_string(
        "disputes/casefile/file.html",
        {
            "source": source,
            "case": source.case,
            "file": source.file,
            "sections": sections,
            "institution": source.institution,
            "opened_at": exact(source.case.opened_at),
            "made_at": exact(source.now),
            "account": asker.get_username() if asker else source.file.for_whom,
            "lang": LANGUAGES.get(get_language() or "", "zh-Hans"),
        },
    ).strip()


def case_pdf(source: Source, sections: list[Section]) -> Drawn:
    html = CONTROL.sub(" ", file_html(source, sections))
    html, missing = font.replace_missing(html)
    if missing:
        log.warning("case_file_glyphs_missing", number=len(missing))
    return press().draw(html, source.previews, source.now)
