"""A merchant's cases: the list by time left, the conversation, what it may do."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from disputes import actions
from disputes.desk import (
    attaching,
    case_page,
    composer,
    deeds,
    found,
    notices,
    paging,
    queue,
    refund_forms,
    writing,
)
from disputes.desk.rows import row_of, rows_of
from portal.accounts import step_up
from portal.accounts.access import MERCHANT, role_required
from portal.audit import reading
from portal.uploads import one_by_one
from receipts.lookup_form import may_search_for


@require_safe
@role_required(*MERCHANT)
def cases(request):
    closed = request.GET.get("show") == "closed"
    now = timezone.now()
    view = queue.CLOSED if closed else queue.view_named("all")
    words = request.GET.get("q", "").strip() if may_search_for(request.GET.get("q", "")) else ""
    after = request.GET.get("after", "")
    if words:
        page = found.found(words, request.actor, after)
    else:
        page = paging.page(view, request.actor, now, after)
    context = {
        "closed": closed,
        "words": words,
        "rows": rows_of(page.rows, now, page.said),
        "page": page,
        "first": not request.GET.get("after"),
    }
    listed = [each.subject for each in page.rows] if words else ["list:cases"]
    reading.note(request.actor, *listed, what=reading.What.LISTED)
    return render(request, "disputes/desk/merchant_cases.html", context)


@require_safe
@role_required(*MERCHANT)
def case(request, number: str):
    found = case_page.find(number, request.actor)
    if found is None:
        return case_page.locked(request, number)
    if told := reading.note(request.actor, found.subject):
        messages.warning(request, told)
    notices.opened(request, found)
    return _show(request, found)


@require_POST
@role_required(*MERCHANT)
def act(request, number: str):
    found = _case(request, number)
    if one_by_one.asked(request):
        return attaching.take_one(request, found, request.actor)
    taken = attaching.take(request, found, request.actor)
    if "canned" in request.POST:
        return _with_reply(request, found, taken)
    if taken.removed or taken.error:
        errors = {"files": taken.error} if taken.error else None
        return _show(request, found, errors=errors, taken=taken)
    try:
        proved_at = step_up.proved_at(request)
        said = deeds.do(found, request.actor, request.POST, proved_at, taken.files)
    except actions.Refused as error:
        writing.keep_refused(found, request.actor, request.POST)
        refund_forms.keep_typed(request, found, error)
        errors = deeds.refusal(request, error)
        return _show(request, _case(request, number), errors=errors, taken=taken)
    messages.success(request, said)
    return redirect("merchant_cases:case", number=number)


@require_POST
@role_required(*MERCHANT)
def writing_kept(request, number: str):
    """What is typed and not sent yet."""
    form = request.POST
    writing.keep(_case(request, number), request.actor, form.get("verb", ""), form.get("body", ""))
    return HttpResponse(status=204)


def _case(request, number: str):
    return case_page.get(number, request.actor)


def _with_reply(request, found, taken):
    """Nothing is done: the words of a canned reply stand under what is typed, to be read."""
    try:
        form = composer.with_reply(found, request.actor, request.POST, taken)
        return _show(request, found, form=form)
    except actions.Invalid as error:
        return _show(request, found, errors={error.field: error.message}, taken=taken)


def _show(request, found, errors=None, form=None, taken=attaching.NOTHING):
    pane = case_page.of(found, request.actor, step_up.proved_at(request))
    if form is None:
        actor, typed = request.actor, request.POST
        form = composer.of_form(found, actor, typed, errors, verbs=pane.verbs, taken=taken)
    context = {
        "here": reverse("merchant_cases:case", args=[found.number]),
        "pane": pane,
        "typed": refund_forms.typed(request, found),
        "row": row_of(found, timezone.now()),
        "composer": form,
        "errors": errors or {},
    }
    status = 422 if errors else 200
    return render(request, "disputes/desk/merchant_case.html", context, status=status)
