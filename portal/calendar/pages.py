"""The working calendar: a year at a glance, the notice pasted in, the institution's own days."""

import calendar
from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.access import ADMIN, CASE_READERS, note_refusal, role_required
from portal.accounts.errors import Invalid, NotAllowed
from portal.calendar import changes, notice, working
from portal.calendar.models import SpecialDay

READERS = (*CASE_READERS, *ADMIN)


class DayForm(forms.Form):
    day = forms.DateField(
        label=gettext_lazy("哪一天"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("请选一天"),
            "invalid": gettext_lazy("没有这一天，请写成 2027-02-06 的样子"),
        },
    )
    works = forms.ChoiceField(
        label=gettext_lazy("这一天"),
        choices=[("no", gettext_lazy("放假")), ("yes", gettext_lazy("上班"))],
        error_messages={"required": gettext_lazy("请选放假还是上班")},
    )
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=changes.LONGEST_NAME,
        required=False,
        help_text=gettext_lazy("例如：司庆日"),
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=changes.LONGEST_REASON,
        error_messages={"required": gettext_lazy("请写明原因")},
    )


@require_safe
@role_required(*READERS)
def year(request, year: int | None = None):
    this_year = timezone.localdate().year
    year = year or this_year
    if abs(year - this_year) > 5:
        raise Http404
    own = SpecialDay.objects.filter(day__year=year, notice=None)
    context = {
        "year": year,
        "years": range(this_year - 1, this_year + 3),
        "months": [_month(year, number) for number in range(1, 13)],
        "is_known": working.is_known(year),
        "own": own,
        "may_change": changes.may_change(request.actor),
        "working": working.working_days(date(year - 1, 12, 31), date(year, 12, 31)),
    }
    return render(request, "portal/calendar/year.html", context)


def _month(year: int, number: int) -> dict:
    """Weeks of days, Monday first; each day says in words what it is where that is not plain."""
    weeks = []
    today = timezone.localdate()
    for week in calendar.Calendar().monthdatescalendar(year, number):
        weeks.append([_day(day, today) if day.month == number else None for day in week])
    return {"first": date(year, number, 1), "weeks": weeks}


def _day(day: date, today: date) -> dict:
    works, weekend = working.is_working_day(day), day.weekday() >= working.SATURDAY
    kind = {(True, True): "makeup", (False, False): "off", (False, True): "weekend"}.get(
        (works, weekend), ""
    )
    name = working.name_of(day)
    if weekend and not works and name:
        kind = "off"
    words = {"makeup": _("上班"), "off": _("放假")}.get(kind, "")
    return {
        "number": day.day,
        "kind": kind,
        "words": " ".join(filter(None, (words, name))),
        "today": day == today,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*ADMIN)
def enter_notice(request):
    """Paste, look at what was read, enter it. Looking changes nothing."""
    text, read = request.POST.get("text", ""), None
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            if request.POST.get("do") == "enter":
                read = changes.enter_notice(text, actor=request.actor)
                messages.success(
                    request,
                    _("{year} 年的放假安排已录入，时限已按它重新计算。").format(year=read.year),
                )
                return redirect("calendar:year", read.year)
            read = notice.read(text)
        except Invalid as refused:
            errors["text"] = refused.message
        except NotAllowed:
            note_refusal(request)
            raise PermissionDenied from None
    context = {"text": text, "read": read, "errors": errors, "holidays": _by_holiday(read)}
    return render(request, "portal/calendar/notice.html", context)


def _by_holiday(read: notice.Notice | None) -> list[dict]:
    found: dict[str, dict] = {}
    for each in read.days if read else ():
        row = found.setdefault(each.name, {"name": each.name, "off": [], "works": []})
        row["works" if each.works else "off"].append(each.day)
    return [
        row | {"first": row["off"][0], "last": row["off"][-1], "count": len(row["off"])}
        for row in found.values()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*ADMIN)
def set_day(request):
    form = DayForm(request.POST or None, initial={"works": "no"})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = changes.set_day(
                given["day"],
                works=given["works"] == "yes",
                name=given["name"],
                actor=request.actor,
                reason=given["reason"],
            )
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("已记下，时限已重新计算。"))
            return redirect("calendar:year", row.day.year)
    return render(request, "portal/calendar/day.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*ADMIN)
def take_back(request, day: date):
    """One of the institution's own days, and the way to be rid of it."""
    row = SpecialDay.objects.filter(day=day, notice=None).first()
    if row is None:
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            changes.take_back_day(day, actor=request.actor, reason=request.POST.get("reason", ""))
        except SpecialDay.DoesNotExist:
            raise Http404 from None
        except Invalid as refused:
            errors["reason"] = refused.message
        else:
            messages.success(request, _("已取消，时限已重新计算。"))
            return redirect("calendar:year", day.year)
    context = {"row": row, "errors": errors, "reason": request.POST.get("reason", "")}
    return render(request, "portal/calendar/take_back.html", context)
