"""The files that are expected: for operations to see, add and change; their readers see them."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.access import FILE_READERS, note_refusal, role_required
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from receipts.imports import formats
from receipts.models import FileSource
from receipts.watch import days as rules
from receipts.watch import habits
from receipts.watch import sources as actions

LIST = "list"


@dataclass(frozen=True)
class Row:
    """A source and how it stands today: `kind` is missing, came, due, off or unwatched."""

    source: FileSource
    days: str
    kind: str

    @classmethod
    def of(cls, source: FileSource, now: datetime) -> "Row":
        today = timezone.localdate(now)
        if source.missing_for is not None:
            kind = "missing"
        elif source.last_came_on is not None and source.last_came_on >= today:
            kind = "came"
        elif source.due_at is None:
            kind = "unwatched"
        else:
            kind = "due" if rules.is_expected(source.days, today) else "off"
        return cls(source, rules.in_words(source.days), kind)


class SourceForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=40,
        help_text=gettext_lazy("小写字母、数字和连字符，例如 allinpay"),
        error_messages={"required": gettext_lazy("请起一个名称")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    pattern = forms.CharField(
        label=gettext_lazy("文件名"),
        max_length=100,
        help_text=gettext_lazy("* 代表会变的部分，例如 allinpay-*.csv；区分大小写"),
        error_messages={"required": gettext_lazy("请填文件名的样子")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    format = forms.ChoiceField(label=gettext_lazy("格式"))
    rule = forms.ChoiceField(label=gettext_lazy("哪些天来"))
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("星期几"),
        required=False,
        choices=list(rules.NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    due_at = forms.TimeField(
        label=gettext_lazy("最迟几点到"),
        required=False,
        help_text=gettext_lazy("北京时间；不填就不提醒"),
        error_messages={"invalid": gettext_lazy("请填时间，例如 06:30")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    grace_minutes = forms.IntegerField(
        label=gettext_lazy("再宽限几分钟"),
        required=False,
        min_value=0,
        max_value=actions.MOST_GRACE,
        help_text=gettext_lazy("过了这段时间还没来，才提醒"),
        error_messages={
            "invalid": gettext_lazy("请填分钟数"),
            "min_value": gettext_lazy("请填分钟数"),
            "max_value": gettext_lazy("宽限最多 12 小时"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args, format: str = "", is_new: bool, **kwargs):
        super().__init__(*args, **kwargs)
        # A path on the machine is set by command: whoever signs in names no files of it.
        known = list(dict.fromkeys([*formats.names(), *([format] if format else [])]))
        self.fields["format"] = forms.ChoiceField(
            label=gettext_lazy("格式"), choices=[(name, name) for name in known]
        )
        self.fields["rule"] = forms.ChoiceField(
            label=gettext_lazy("哪些天来"),
            choices=[*rules.RULES.items(), (LIST, gettext_lazy("只在下面选的几天"))],
        )
        if not is_new:
            del self.fields["name"]

    def days(self) -> str:
        values = self.cleaned_data
        return ",".join(values["weekdays"]) if values["rule"] == LIST else values["rule"]


def _initial(*, format: str, days: str, due_at=None, **values) -> dict:
    is_list = days not in rules.RULES
    return values | {
        "format": format,
        "rule": LIST if is_list else days,
        "weekdays": days.split(",") if is_list else [],
        "due_at": due_at and f"{due_at:%H:%M}",
    }


@require_safe
@role_required(*FILE_READERS)
def sources(request):
    known = list(FileSource.objects.select_related("last_file"))
    names = {source.name for source in known}
    now = timezone.now()
    context = {
        "rows": [Row.of(source, now) for source in known],
        "may_change": actions.may_change(request.actor),
        "found": [
            (habit, rules.in_words(habit.days))
            for key, habit in sorted(habits.read(known, now).items())
            if key not in names
        ],
    }
    return render(request, "receipts/panel/sources.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OPERATIONS)
def add(request):
    """A new one; `?pattern=` of a habit fills the form in."""
    wanted = request.GET.get("pattern", "")
    habit = habits.read(list(FileSource.objects.all())).get(wanted) if wanted else None
    start = _initial(format="canonical", days=rules.DAILY)
    if habit is not None:
        start = _initial(
            pattern=habit.pattern,
            format=habit.format if habit.format in formats.names() else "canonical",
            days=habit.days,
            due_at=habit.due_at,
        )
    form = SourceForm(request.POST or None, initial=start, is_new=True)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if FileSource.objects.filter(name=name).exists():
            form.add_error("name", _("已经有这个名称了"))
        elif _put(request, form, name):
            messages.success(request, _("已加上 {name}。").format(name=name))
            return redirect("panel:sources")
    return render(request, "receipts/panel/source.html", {"form": form, "habit": habit})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OPERATIONS)
def change(request, name: str):
    source = get_object_or_404(FileSource.objects.select_related("last_file"), name=name)
    if request.method == "POST" and request.POST.get("do") == "remove":
        return _remove(request, name)
    start = _initial(
        pattern=source.pattern,
        format=source.format,
        days=source.days,
        due_at=source.due_at,
        grace_minutes=source.grace_minutes or "",
    )
    form = SourceForm(request.POST or None, initial=start, format=source.format, is_new=False)
    if request.method == "POST" and form.is_valid() and _put(request, form, name):
        messages.success(request, _("已更改 {name}。").format(name=name))
        return redirect("panel:sources")
    habit = habits.read(list(FileSource.objects.all())).get(name)
    return render(
        request,
        "receipts/panel/source.html",
        {
            "form": form,
            "source": source,
            "row": Row.of(source, timezone.now()),
            "habit": habit,
            "habit_days": rules.in_words(habit.days) if habit else "",
        },
    )


def _put(request, form: SourceForm, name: str) -> bool:
    values = form.cleaned_data
    try:
        actions.put(
            name,
            pattern=values["pattern"],
            format=values["format"],
            days=form.days(),
            due_at=values["due_at"],
            grace_minutes=values["grace_minutes"] or 0,
            actor=request.actor,
        )
    except Invalid as error:
        form.add_error("rule" if error.field == "days" else error.field, error.message)
    except NotAllowed:
        note_refusal(request)
        raise PermissionDenied from None
    return not form.errors


def _remove(request, name: str):
    try:
        actions.remove(name, actor=request.actor)
    except FileSource.DoesNotExist:
        raise Http404 from None
    except NotAllowed:
        note_refusal(request)
        raise PermissionDenied from None
    messages.success(request, _("不再等 {name} 的文件。").format(name=name))
    return redirect("panel:sources")
