"""The queue's own pages: its rows again while one works, many cases at once, views of one's own."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from disputes import actions
from disputes.actions.assign import Colleague, assignable, colleagues
from disputes.desk import bulk, found, paging, queue
from disputes.desk.filters import BY_DUE, ORDERS, Filters, address
from disputes.desk.rows import rows_of
from disputes.models import SavedView
from disputes.models.canned import ready_for
from disputes.models.case import Kind, Stage
from disputes.models.saved_view import saved_views
from disputes.policy import causes
from portal.accounts.access import CASE_READERS, CASE_STAFF, role_required
from portal.audit import reading
from receipts.lookup_form import may_search_for


@dataclass(frozen=True, eq=False)
class Choices:
    """What the fields of the filter offer: one thing that never changes, told apart by being it."""

    kind = Kind.choices
    stage = Stage.choices
    orders = tuple(ORDERS.items())


@dataclass(frozen=True, eq=False)
class ClosedChoices(Choices):
    """Closed cases have no deadline: as a rule the last one closed stands first."""

    orders = tuple({**ORDERS, BY_DUE: gettext_lazy("最近办结")}.items())


CHOICES, CLOSED_CHOICES = Choices(), ClosedChoices()


@require_safe
@role_required(*CASE_READERS)
def desk(request):
    if not may_search_for(request.GET.get("q", "")):
        return redirect("desk:queue")
    if until := request.GET.get("until", ""):
        return redirect(_page_before(request, until))
    ready_for(request.actor)  # kept for the case that is opened next
    context = context_of(request)
    listed = [each.subject for each in context["page"].rows] if context["words"] else ["list:cases"]
    reading.note(request.actor, *listed, what=reading.What.LISTED)
    return render(request, "disputes/desk/desk.html", context)


@require_safe
@role_required(*CASE_READERS)
def rows(request):
    """Rows and figures again, for the page that shows them already."""
    reading.note(request.actor, "list:cases", what=reading.What.LISTED)
    return render(request, "disputes/desk/rows.html", context_of(request))


@require_POST
@role_required(*CASE_STAFF)
def several(request):
    """First what to do with the chosen cases and in which words; then what came of it."""
    cases = bulk.chosen(request.POST.getlist("number"), request.actor)
    way, back = request.POST.get("way", ""), _back(request)
    if not cases:
        messages.warning(request, _("请先选案件。"))
        return redirect(back)
    context = {
        "cases": rows_of(cases, timezone.now()),
        "way": way,
        "way_label": bulk.WAYS.get(way, ""),
        "ways": bulk.WAYS.items(),
        "back": back,
        "reasons": bulk.reasons(cases, way),
        "reason": request.POST.get(f"reason_{way}", ""),
        "cause": request.POST.get(f"cause_{way}", ""),
        "causes": causes.GROUPS,
        "colleagues": assignable() if way == "assign" else [],
        "key": request.POST.get("submission_key") or uuid.uuid4(),
        "errors": {},
    }
    if "sure" not in request.POST:
        return render(request, "disputes/desk/several.html", context)
    outcome, context["errors"] = _done(cases, way, request)
    if outcome is None:
        return render(request, "disputes/desk/several.html", context, status=422)
    return render(request, "disputes/desk/several_done.html", context | {"outcome": outcome})


def _done(cases, way: str, request) -> tuple[bulk.Outcome | None, dict[str, str]]:
    """What came of it, or what the form itself lacks, with nothing done."""
    if errors := bulk.missing(way, request.POST):
        return None, errors
    try:
        return bulk.do(cases, way, request.actor, request.POST), {}
    except actions.Invalid as invalid:
        return None, {invalid.field: str(invalid.message)}


@require_POST
@role_required(*CASE_READERS)
def keep_view(request):
    """Keep what the queue is narrowed to under a name, or keep it no longer."""
    actor, back = request.actor, _back(request)
    if drop := request.POST.get("drop", ""):
        for view in SavedView.objects.visible_to(actor).filter(pk=drop if drop.isdigit() else 0):
            actions.drop_view(view, actor=actor)
            messages.success(request, _("“%(name)s”不再保留。") % {"name": view.name})
        return redirect(back)
    try:
        view = actions.keep_view(
            actor=actor, name=request.POST.get("name", ""), query=back.partition("?")[2]
        )
    except actions.Invalid as invalid:
        messages.error(request, invalid.message)
    else:
        messages.success(request, _("已存为“%(name)s”。") % {"name": view.name})
    return redirect(back)


def _back(request) -> str:
    """The queue as it was: its address is made anew from what it means."""
    return f"{reverse('desk:queue')}?{query_of(request)}"


def _page_before(request, until: str) -> str:
    """Going back from page to page."""
    filters = Filters.read(_given(request))
    after = paging.before(view_of(request), request.actor, timezone.now(), until, filters)
    return f"{_back(request)}&after={after}" if after else _back(request)


def view_of(request) -> queue.View:
    return queue.view_named(_given(request).get("view", ""))


def query_of(request) -> str:
    given = _given(request)
    return address(view_of(request).name, Filters.read(given), given.get("q", "").strip()[:80])


def _given(request):
    """Where the queue stands: in the address, also of a form that is posted."""
    return request.GET


def context_of(request, current=None, known: list[Colleague] | None = None) -> dict:
    """`known`: the colleagues, where the page has asked for them already."""
    given, actor, now = _given(request), request.actor, timezone.now()
    words, after = given.get("q", "").strip()[:80], given.get("after", "")
    people = tuple(colleagues() if known is None else known)
    view, filters, query = view_of(request), Filters.read(given), query_of(request)
    figures = queue.counts(actor, now, view, filters)
    if words:
        page = found.found(words, actor, after, filters)
    else:
        page = paging.page(view, actor, now, after, filters)
    here = figures.get("here", figures.get(view.name))
    whole = None if words or filters else view
    choices = CLOSED_CHOICES if view is queue.CLOSED and not words else CHOICES
    return {
        "now": now,
        "words": words,
        "view": view,
        "views": queue.tabs((*queue.VIEWS, queue.CLOSED), figures, whole),
        "kinds": queue.tabs(queue.KIND_VIEWS, figures, whole),
        "merchants": tuple(queue.merchants(actor)),
        "own_views": tuple(saved_views(actor)),
        "cap": queue.CAP,
        "number": here,
        "also_overdue": figures["overdue"] if view.counted and not filters else 0,
        "filters": filters,
        "orders": choices.orders,
        "choices": choices,
        "colleagues": people,
        "rows": rows_of(
            page.rows, now, page.said, query, current.number if current else "", people
        ),
        "page": page,
        "first": not after,
        "after": after,
        "query": query,
        "selecting": "select" in given,
        "marked": given.get("mark", ""),
        "ways": bulk.WAYS.items(),
        "current": current.number if current else "",
    }
