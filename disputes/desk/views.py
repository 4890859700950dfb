"""A case on the desk of the institution, and what is done with it. The queue: `queue_views`."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from disputes import actions
from disputes.actions.assign import assignable
from disputes.desk import (
    attaching,
    case_page,
    composer,
    contact,
    deeds,
    history,
    notices,
    refund_forms,
    writing,
)
from disputes.desk.queue_views import context_of, query_of, view_of
from disputes.desk.rows import row_of
from portal.accounts import step_up
from portal.accounts.access import AUDIT_READERS, CASE_READERS, CASE_STAFF, role_required
from portal.accounts.errors import Invalid
from portal.audit import reading
from portal.erasure.requests import MAY_ASK
from portal.uploads import one_by_one


@require_safe
@role_required(*CASE_READERS)
def case(request, number: str):
    found = case_page.find(number, request.actor)
    if found is None:
        return case_page.locked(request, number)
    if told := reading.note(request.actor, found.subject):
        messages.warning(request, told)
    notices.opened(request, found)
    return _show(request, found)


@require_POST
@role_required(*CASE_STAFF)
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
    return _after(request, number)


@require_POST
@role_required(*CASE_STAFF)
def writing_kept(request, number: str):
    """What is typed and not sent yet."""
    form = request.POST
    writing.keep(_case(request, number), request.actor, form.get("verb", ""), form.get("body", ""))
    return HttpResponse(status=204)


@require_POST
@role_required(*CASE_STAFF)
def assign(request, number: str):
    found = _case(request, number)
    chosen = request.POST.get("assignee", "")
    people = {str(user.public_id): user for user in assignable()}
    if chosen and chosen not in people:
        raise Http404
    try:
        deeds.give(found, request.actor, people.get(chosen), request.POST.get("note", ""))
    except actions.Refused as error:
        return _show(request, _case(request, number), errors=deeds.refusal(request, error))
    if chosen:
        messages.success(request, _("已分派给%(name)s。") % {"name": people[chosen].name})
    else:
        messages.success(request, _("现在没有人负责这个案件。"))
    return _after(request, number)


@require_POST
@role_required(*CASE_STAFF)
def unmask(request, number: str):
    """The customer's contact in full, for some minutes, for a reason."""
    found = _case(request, number)
    try:
        contact.unmask(
            found, request.actor, request.POST.get("code", ""), request.POST.get("words", "")
        )
    except Invalid as invalid:
        return _show(request, found, unmask_errors={invalid.field: invalid.message})
    if request.htmx:
        return _show(request, _case(request, number), is_unmasked=True)
    return redirect(f"{reverse('desk:case', args=[number])}?{query_of(request)}#customer")


@require_safe
@role_required(*CASE_READERS)
def trail(request, number: str):
    """Every step of a case, as the audit trail has it."""
    found = _case(request, number)
    reading.note(request.actor, found.subject)
    context = {
        "case": found,
        "steps": history.all_of(found),
        "view": view_of(request).name,
        "may_export": request.actor.role in AUDIT_READERS,
        "may_erase": request.actor.role in MAY_ASK and not found.is_open and not found.erased_at,
    }
    return render(request, "disputes/desk/trail.html", context)


def _case(request, number: str):
    return case_page.get(number, request.actor)


def _with_reply(request, found, taken):
    """Nothing is done: the words of a canned reply stand under what is typed, to be read."""
    try:
        form = composer.with_reply(found, request.actor, request.POST, taken)
        return _show(request, found, form=form)
    except actions.Invalid as error:
        return _show(request, found, errors={error.field: error.message}, taken=taken)


def _show(
    request,
    found,
    errors=None,
    unmask_errors=None,
    *,
    is_unmasked=False,
    form=None,
    taken=attaching.NOTHING,
):
    """The whole page, or its right pane alone for htmx; with errors the words typed stay.
    `is_unmasked`: just now, so that is what to look at; `form`: the composer, where it is made;
    `taken`: the files that came with the form."""
    fragment = bool(request.htmx) and not request.htmx.history_restore_request
    changed = request.method == "POST"
    query = query_of(request)
    pane = case_page.of(found, request.actor, step_up.proved_at(request))
    people = pane.colleagues
    if form is None:
        actor, typed = request.actor, request.POST
        form = composer.of_form(found, actor, typed, errors, verbs=pane.verbs, taken=taken)
    context = {
        "query": query,
        "here": f"{reverse('desk:case', args=[found.number])}?{query}",
        "pane": pane,
        "typed": refund_forms.typed(request, found),
        "composer": form,
        "errors": errors or {},
        "unmask_errors": unmask_errors or {},
        "is_unmasked": is_unmasked,
        "row": row_of(found, timezone.now(), query, found.number, people),
        "fragment": fragment,
        "changed": changed,
    }
    if not fragment or changed:
        context = context_of(request, current=found, known=people or None) | context
    context["current"] = found.number
    template = "disputes/desk/case.html" + ("#pane" if fragment else "")
    return render(request, template, context, status=422 if errors or unmask_errors else 200)


def _after(request, number: str):
    """After a step: htmx gets the new pane at once, a plain browser is sent to the page."""
    if request.htmx:
        return _show(request, _case(request, number))
    return redirect(reverse("desk:case", args=[number]) + "?" + query_of(request))
