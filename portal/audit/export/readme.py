"""The README of an export, for somebody who is no programmer."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone

from portal.audit import keys

if TYPE_CHECKING:
    from portal.audit.export.make import Export

FOLDER = Path(__file__).parent
WORDS = {
    "zh": {
        "kinds": {"subjects": "指定对象的事件", "period": "一段时间的事件", "all": "全部事件"},
        "content": {"none": "不含", "case": "含案件中的往来文字", "all": "含全部未删除的内容"},
    },
    "en": {
        "kinds": {
            "subjects": "the events of certain subjects",
            "period": "the events of a period",
            "all": "all events",
        },
        "content": {
            "none": "none",
            "case": "what was written in the cases",
            "all": "all that has not been erased",
        },
    },
}


def text(language: str, export: "Export") -> str:
    """README.zh.txt or README.en.txt, filled in. Windows line ends, and a mark that it is UTF-8:
    it is opened in whatever the examiner has."""
    selection = export.selection
    what = WORDS[language]["kinds"][selection.kind]
    if selection.subjects:
        what += ": " + ", ".join(selection.subjects)
    elif selection.kind == "period":
        bounds = (selection.since, selection.until)
        what += ": " + " - ".join(_time(bound) if bound else "" for bound in bounds)
    words = (FOLDER / f"README.{language}.txt").read_text(encoding="utf-8")
    for name, value in {
        "what": what,
        "events": len(export.numbers),
        "content": WORDS[language]["content"][export.content],
        "made": _time(export.event.at),
        "actor": export.event.actor,
        "reason": export.reason,
        "subject": export.event.subject,
        "size": export.size,
        "origin": keys.origin(),
        "sha256": hashlib.sha256((FOLDER / "verify.py").read_bytes()).hexdigest(),
    }.items():
        words = words.replace(f"[{name}]", str(value))
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + words.replace("\n", "\r\n")


def _time(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %z}"
