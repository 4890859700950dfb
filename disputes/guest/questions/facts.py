"""What the customer remembers of a payment that was not found."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from disputes.models.case import Kind
from receipts.lookup_form import (
    LONGEST,
    Unreadable,
    read_amount,
    read_date,
    read_tail,
    read_time,
)

TEMPLATE = "disputes/guest/questions/facts.html"
FIELDS = ("card_tail", "date", "time", "amount", "merchant_name")


def title(draft) -> str:
    if draft.answers.get("kind") == Kind.FIND_PAYMENT:
        return _("您要找哪一笔消费？")
    return _("是哪一笔消费？")


def show(draft, errors) -> dict:
    typed = draft.answers.get("facts", {})
    return {
        "values": typed,
        "required": is_required(draft),
        "today": timezone.localdate().isoformat(),
    }


def is_required(draft) -> bool:
    """Nobody can search for a payment of which nothing is known; a complaint may have none."""
    return draft.answers.get("kind") == Kind.FIND_PAYMENT


def typed_in(data: Mapping) -> dict[str, str]:
    """The fields as the look-up form and this page name them (`other_date` beside its radios)."""
    typed = {name: str(data.get(name, ""))[:LONGEST].strip() for name in FIELDS}
    if typed["date"] in ("", "other"):
        typed["date"] = str(data.get("other_date", ""))[:LONGEST].strip()
    return typed


def without_card_numbers(typed: dict[str, str]) -> dict[str, str]:
    """What may be kept and shown again: nothing that could be a whole card number."""
    return {
        name: "" if sum(character.isdigit() for character in text) >= 12 else text
        for name, text in typed.items()
    }


def take(draft, request) -> dict:
    typed = typed_in(request.POST)
    errors, claimed = read(typed, required=is_required(draft))
    draft.answers["facts"] = without_card_numbers(typed)
    draft.answers["claimed"] = claimed
    return errors


def read(typed: dict[str, str], *, required: bool) -> tuple[dict, dict]:
    """What is wrong, by field; and what was said: tail, fen, moment in ISO form, shop."""
    errors: dict[str, str] = {}
    now = timezone.localtime()

    def value(name, reader):
        if not typed[name] and not required:
            return None
        try:
            return reader(typed[name])
        except Unreadable as error:
            errors[name] = str(error)
            return None

    tail = value("card_tail", read_tail)
    day = value("date", lambda text: _day(text, now))
    clock = value("time", read_time)
    minor = value("amount", read_amount)
    if bool(typed["date"]) != bool(typed["time"]) and not errors:
        missing = "time" if typed["date"] else "date"
        errors[missing] = _("请填上日期和时间，差一点没关系。")
    moment = None
    if day and clock and not errors:
        moment = timezone.make_aware(datetime.combine(day, clock))
        if moment > now:
            errors["time"] = _("这个时间还没有到，请填消费当时的时间")
    return errors, {
        "tail": tail or "",
        "minor": minor,
        "at": moment.isoformat() if moment else "",
        "merchant": without_card_numbers(typed)["merchant_name"][:80],
    }


def _day(text: str, now: datetime):
    if not text:
        raise Unreadable(_("请选消费日期"))
    day = read_date(text, now)
    if day > now.date():
        raise Unreadable(_("这一天还没有到，请填消费当天"))
    return day
