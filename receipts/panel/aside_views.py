"""Rows that were put aside, for operations: the list, one of them, and what is done about it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts import names
from portal.accounts.access import FILE_READERS, note_refusal, role_required
from portal.audit import reading
from receipts.imports import field_names, formats, kept, reasons
from receipts.imports.dropping import NoReason, drop
from receipts.imports.retrying import BATCH, OPEN, Stale, correct, may, retry
from receipts.models import FileSource, ImportFile, PutAside
from receipts.panel import aside, aside_form


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*FILE_READERS)
def rows(request):
    wanted = aside.Wanted.read(request.GET)
    if request.method == "POST":
        return _retry_all(request, wanted)
    reading.note(request.actor, "list:import_rows", what=reading.What.LISTED)
    page = aside.page(wanted, request.GET.get("before", ""))
    is_open = wanted.state == PutAside.State.OPEN
    context = {
        "wanted": wanted,
        "query": wanted.query(),
        "page": page,
        "told": [_told(row) for row in page.rows],
        "file": ImportFile.objects.filter(pk=wanted.file).first() if wanted.file else None,
        "without_file": wanted.query(file=None),
        "states": [*PutAside.State.choices, (aside.ALL, _("全部"))],
        "reasons": _reasons(wanted),
        "sources": _sources(),
        "may_retry_all": is_open
        and bool(page.rows)
        and (wanted.reason or wanted.file)
        and may(request.actor),
    }
    return render(request, "receipts/panel/aside_rows.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*FILE_READERS)
def row(request, row_id: int):
    found = get_object_or_404(PutAside.objects.select_related("import_file"), pk=row_id)
    reading.note(request.actor, f"import_row:{found.pk}")
    form = aside_form.form(found)
    if request.method == "POST":
        return _do(request, found, form)
    return _page(request, found, form)


def _page(request, found: PutAside, form, drop_error: str = "", words: str = "", status=200):
    tried = list(found.tried.order_by("number"))
    people = names.of_actors(each.by for each in tried)
    open_rows = PutAside.objects.filter(state=PutAside.State.OPEN).exclude(pk=found.pk)
    errors = {f.name: f.error for group in form.groups for f in group.fields if f.error}
    context = {
        "row": found,
        "reason": reasons.of_row(found.reason),
        "column": field_names.of(found.column) if found.column else "",
        "form": form,
        "errors": errors if "tried" in request.GET else {},
        "may_act": may(request.actor) and found.state in OPEN,
        "is_open": found.state in {PutAside.State.OPEN, PutAside.State.WAITING},
        "tried": [_deed(each, people) for each in tried],
        "next": open_rows.filter(import_file=found.import_file).order_by("line").first()
        or open_rows.order_by("-pk").first(),
        "drop_error": drop_error,
        "words": words,
    }
    return render(request, "receipts/panel/aside_row.html", context, status=status)


# --- doing ---------------------------------------------------------------------------------------


def _do(request, found: PutAside, form):
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isdecimal() and len(seen) < 10 else -1
    here = reverse("panel:aside_row", args=[found.pk])
    try:
        if request.POST.get("do") == "drop":
            drop(found, request.POST.get("words", ""), seen=number, actor=request.actor)
            messages.success(request, _("已记下：第 {line} 行不再处理。").format(line=found.line))
            return redirect(here)
        return _correct(request, found, form, number, here)
    except NoReason:
        words = request.POST.get("words", "")[:200]
        return _page(request, found, form, _("请写明为什么不再处理"), words)
    except Stale as stale:
        messages.warning(
            request,
            _("这一行刚刚有人处理过，或已自动对上。现在是：{state}。您刚才填的没有用上。").format(
                state=stale.row.get_state_display()
            ),
        )
        return redirect(here)
    except formats.FormatError as error:
        messages.error(request, str(error))
        return redirect(here)
    except PermissionDenied:
        note_refusal(request)
        raise


def _correct(request, found: PutAside, form, seen: int, here: str):
    tried = correct(
        found, form.read(request.POST), seen=seen, actor=request.actor, format_name=form.format_name
    )
    if tried.is_solved:
        said = reasons.of_result(tried.result)
        messages.success(
            request, _("第 {line} 行进去了：{result}。").format(line=found.line, result=said)
        )
        return redirect(here)
    if tried.result == "waiting":
        messages.success(request, _("读懂了。原交易还没有来，来了会自动对上。"))
        return redirect(here)
    messages.warning(request, _("还没有进去：{reason}").format(reason=reasons.of_row(tried.result)))
    return redirect(f"{here}?tried")


def _retry_all(request, wanted: aside.Wanted):
    """The rows that the list is narrowed to, as many as one request should try."""
    back = f"{reverse('panel:aside')}?{wanted.query()}"
    ids = list(wanted.rows().order_by("pk").values_list("pk", flat=True)[: BATCH + 1])
    try:
        tried = retry(ids[:BATCH], actor=request.actor)
    except formats.FormatError as error:
        messages.error(request, str(error))
        return redirect(back)
    except PermissionDenied:
        note_refusal(request)
        raise
    solved = sum(each.is_solved for each in tried)
    said = _("重试了 {tried} 行：{solved} 行进去了，{still} 行仍搁置。")
    said = said.format(tried=len(tried), solved=solved, still=len(tried) - solved)
    if len(ids) > BATCH:
        said += _("后面还有；很多行请用命令 manage.py put_aside retry。")
    (messages.success if solved == len(tried) else messages.warning)(request, said)
    return redirect(back)


# --- telling -------------------------------------------------------------------------------------


# A day or an hour at fault, where the file has both in one cell.
_WRITTEN_TOGETHER = {"date": "date_time", "time": "date_time"}


def _told(row: PutAside) -> dict:
    fields = kept.fields_of(row)
    at_fault = {row.column, _WRITTEN_TOGETHER.get(row.column)}
    names = ("merchant_name", "merchant_no", "amount", "date_time", "date", "rrn", "voucher_no")
    return {
        "row": row,
        "reason": reasons.of_row(row.reason),
        "column": field_names.of(row.column) if row.column else "",
        "wrong": fields.get(row.column) or fields.get(_WRITTEN_TOGETHER.get(row.column, ""), ""),
        "facts": [fields[name] for name in names if name in fields and name not in at_fault][:4],
    }


def _deed(each, people: dict[str, str]) -> dict:
    return {
        "at": each.at,
        "by": people.get(each.by, each.by),
        "result": reasons.of_result(each.result),
        "words": each.words,
        "changes": [
            (field_names.of(name), before, after) for name, (before, after) in each.changes.items()
        ],
    }


def _reasons(wanted: aside.Wanted) -> list[tuple[str, str]]:
    """Reasons with how many rows there are of each, the most frequent first."""
    narrowed = aside.Wanted(state=wanted.state, file=wanted.file, source=wanted.source)
    counted = narrowed.rows().values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    found = [(code, f"{reasons.of_row(code)} {number:,}") for code, number in counted]
    if wanted.reason and wanted.reason not in dict(found):
        found.append((wanted.reason, f"{reasons.of_row(wanted.reason)} 0"))
    return [("", _("全部原因")), *found]


def _sources() -> list[tuple[str, str]]:
    names = FileSource.objects.order_by("name").values_list("name", flat=True)
    return [("", _("全部来源")), *((name, name) for name in names), (aside.OTHER, _("其他文件"))]
