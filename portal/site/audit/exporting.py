"""The page on which the trail is handed out, as one zip that proves itself."""

from datetime import datetime, time, timedelta

import structlog
from django import forms
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from disputes.models import Case
from portal.accounts.access import role_required
from portal.accounts.actor import Actor
from portal.accounts.typed import CardlessForm
from portal.audit import keys, memory
from portal.audit.export.make import (
    EXPORTERS,
    REASON_AT_MOST,
    NothingToExport,
    NotYetNumbered,
    export,
)
from portal.audit.export.selection import Selection

log = structlog.get_logger()

KINDS = [
    ("subjects", gettext_lazy("一个案件")),
    ("period", gettext_lazy("一段时间")),
    ("all", gettext_lazy("全部记录")),
]
CONTENTS = [
    ("case", gettext_lazy("带上案件里写的话")),
    ("none", gettext_lazy("只要步骤，不带写的话")),
]


class ExportForm(CardlessForm):
    words = ("reason",)

    kind = forms.ChoiceField(label=gettext_lazy("导出什么"), choices=KINDS)
    case = forms.CharField(
        label=gettext_lazy("案件号"),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    since = forms.DateField(
        label=gettext_lazy("从哪天"),
        required=False,
        help_text="2026-11-01",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("请填日期，例如 2026-11-01。")},
    )
    until = forms.DateField(
        label=gettext_lazy("到哪天"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("请填日期，例如 2026-11-30。")},
    )
    content = forms.ChoiceField(label=gettext_lazy("内容"), choices=CONTENTS)
    reason = forms.CharField(
        label=gettext_lazy("给谁、为什么"),
        max_length=REASON_AT_MOST,
        help_text=gettext_lazy("会记进审计记录，不能删。写机构和用途，不写人名。"),
        error_messages={"required": gettext_lazy("请写明给谁、为什么导出。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, actor: Actor, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        kinds, contents = EXPORTERS[actor.role]
        self.fields["kind"].choices = [each for each in KINDS if each[0] in kinds]  # type: ignore[attr-defined]
        self.fields["content"].choices = [each for each in CONTENTS if each[0] in contents]  # type: ignore[attr-defined]

    def clean(self):
        told = super().clean() or {}
        kind = told.get("kind")
        if kind == "subjects":
            number = told.get("case", "").strip()
            case = Case.objects.visible_to(self.actor).filter(number=number).first()
            if case is None:
                self.add_error("case", _("没有这个案件，请核对案件号。"))
            else:
                told["selection"] = Selection(subjects=_subjects(case))
        elif kind == "period":
            since, until = told.get("since"), told.get("until")
            if not self.errors and not (since and until and since <= until):
                self.add_error("until", _("请填起止两天，结束的不早于开始的。"))
            elif since and until:
                told["selection"] = Selection(
                    since=_midnight(since), until=_midnight(until + timedelta(days=1))
                )
        elif kind == "all":
            told["selection"] = Selection()
        return told


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _subjects(case: Case) -> tuple[str, ...]:
    """A case, and the payment that it is about."""
    return (case.subject, case.payment.subject) if case.payment else (case.subject,)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*EXPORTERS)
def page(request):
    form = ExportForm(
        request.actor,
        request.POST or None,
        initial={"case": request.GET.get("case", "").replace("\0", "")[:12]},
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = export(
                told["selection"],
                actor=request.actor,
                reason=told["reason"],
                content=told["content"],
            )
        except NothingToExport:
            form.add_error(None, _("这里面没有记录。"))
        except (NotYetNumbered, keys.KeyUnusable, memory.WentBack) as error:
            log.error("audit_export_impossible", error=str(error))
            form.add_error(
                None, _("现在签不了名，所以还不能导出。请过几分钟再试；一直不行，请找运维的同事。")
            )
        else:
            response = StreamingHttpResponse(made.write(), content_type="application/zip")
            response["Content-Disposition"] = f'attachment; filename="{made.filename}"'
            response["Cache-Control"] = "no-store"
            return response
    status = 422 if form.errors else 200
    kinds, _contents = EXPORTERS[request.actor.role]
    context = {"form": form, "errors": form.errors, "only_case": kinds == {"subjects"}}
    return render(request, "portal/site/audit/export.html", context, status=status)
