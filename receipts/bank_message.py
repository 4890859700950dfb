"""What a bank's message about a payment says: tail, day, minute, amount, and where.

The rules are regular expressions in bank_message.json that Python and the browser both read (no
named groups, nothing looked behind), so that a message pasted into a page that runs no JavaScript
is understood alike (static/theme/js/paste.js). Spaces are taken out and width is made plain before
they are tried; of each field the first rule that fits counts.
"""

import json
import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from django.utils import timezone

from portal.card_numbers import masked

LONGEST = 600  # characters of a message that are worth reading


@cache
def rules() -> dict:
    return json.loads((Path(__file__).parent / "bank_message.json").read_text("utf-8"))


@cache
def rules_text() -> str:
    """The rules as a page carries them."""
    return json.dumps(rules(), ensure_ascii=False, separators=(",", ":"))


def read(message: str, now: datetime | None = None) -> dict[str, str]:
    """Form field → value as a person would type it; only the fields that were understood.

    A day without its year is the last such day that is not to come. Never a whole card number:
    that is masked before anything is read.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", masked(message[:LONGEST])))
    today = timezone.localtime(now).date()
    found = {
        "card_tail": _first("tail", plain),
        "amount": _first("amount", plain).replace(",", ""),
        "time": _clock(_first("time", plain)),
        "merchant_name": _first("merchant", plain),
    }
    if (day := _day(plain, today)) is not None:
        found["date"] = day.isoformat()
    return {name: value for name, value in found.items() if value}


def is_understood(found: dict[str, str]) -> bool:
    """Whether `read` made anything of a message: a day or a name alone is no payment."""
    return "card_tail" in found or "amount" in found


def _first(field: str, plain: str) -> str:
    for rule in rules()[field]:
        if match := re.search(rule, plain, re.IGNORECASE):
            return match[1]
    return ""


def _clock(text: str) -> str:
    return re.sub("[时点]", ":", text)


def _day(plain: str, today: date) -> date | None:
    for rule in rules()["day"]:
        if match := re.search(rule, plain):
            return _last_such(match[1], match[2], match[3], today)
    for word, days in rules()["near"].items():
        if word in plain.lower():
            return today - timedelta(days=days)
    return None


def _last_such(year: str, month: str, day: str, today: date) -> date | None:
    """The last day that is so called and not to come; None where there is none."""
    years = [int(year)] if year else [today.year, today.year - 1]
    months = [int(month)] if month else [today.month, (today.month - 2) % 12 + 1]
    for of_year in years:
        for of_month in months:
            try:
                found = date(of_year, of_month, int(day))
            except ValueError:
                continue
            if found <= today:
                return found
    return None
