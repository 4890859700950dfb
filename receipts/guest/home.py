"""The home page: the look-up form, drawn as the slip that comes out of the printer."""

from datetime import datetime, timedelta

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal import moments
from portal.card_numbers import masked
from receipts import bank_message
from receipts.lookup_form import LookupForm


def days(now: datetime) -> list[dict]:
    """Today and yesterday as radios bear them."""
    today = now.date()
    yesterday = today - timedelta(days=1)
    return [
        {
            "iso": today.isoformat(),
            "name": pgettext("radio", "今天"),
            "day": moments.calendar_day(today, today),
        },
        {
            "iso": yesterday.isoformat(),
            "name": pgettext("radio", "昨天"),
            "day": moments.calendar_day(yesterday, today),
        },
    ]


def draw(request, form: LookupForm, message: dict | None = None, *, is_not_sent: bool = False):
    """The form as it is, with what was typed and what is wrong with it. `message` is what came of
    a bank's message: `read` (names of the fields filled in) and `kept` where it was not understood.
    `is_not_sent`: it came without a cookie, and must come again.
    """
    now = timezone.localtime()
    near = days(now)
    values = form.values
    date = values.get("date") or near[0]["iso"]
    if date not in {day["iso"] for day in near}:
        other = values.get("other_date", "") if date == "other" else date
        values = values | {"other_date": other}
        date = "other"
    context = {
        "values": values,
        "date": date,
        "errors": form.errors,
        "days": near,
        "today": near[0]["iso"],
        **again(request, form),
        "bank_message": bank_message.rules_text(),
        "message": message,
        "is_not_sent": is_not_sent,
        "details": any(values.get(name) for name in ("merchant_name", "auth_code", "rrn")),
    }
    return render(request, "receipts/guest/home.html", context)


def not_sent(request):
    """The look-up came without its cookie and was not made: the form as it was typed, ready to be
    sent again with the cookie that this page brings."""
    form = LookupForm.read(request.POST)
    form.errors.clear()
    page = draw(request, form, is_not_sent=True)
    page.status_code = 403
    return page


def again(request, form: LookupForm) -> dict:
    """For the switch of languages: the answer to a look-up is drawn for its sender alone, so the
    way back is this page with the fields filled as they were."""
    if request.method != "POST":
        return {}
    return {
        "here": reverse("receipts:home"),
        "carried": [row for row in form.values.items() if row[1]],
    }


@sensitive_post_parameters("message")
@require_http_methods(["GET", "HEAD", "POST"])
def home(request):
    """By POST the fields are filled with what was typed before (改一改), unread, or with what a
    bank's message says."""
    form, message = LookupForm(), None
    if "message" in request.POST:
        form.values, message = _from_message(request.POST["message"])
    elif request.method == "POST":
        form.values = LookupForm.read(request.POST).values
    return draw(request, form, message)


def _from_message(text: str) -> tuple[dict[str, str], dict]:
    read = bank_message.read(text)
    titles = {
        "card_tail": _("卡号后四位"),
        "date": _("消费日期"),
        "time": _("消费时间"),
        "amount": _("消费金额"),
        "merchant_name": _("商户名称"),
    }
    understood = bank_message.is_understood(read)
    return read, {
        "read": [title for name, title in titles.items() if name in read],
        "missing": [
            title for name, title in titles.items() if name not in read and name != "merchant_name"
        ],
        "is_empty": not text.strip(),
        "kept": "" if understood else masked(text[: bank_message.LONGEST]),
        "understood": understood,
    }
