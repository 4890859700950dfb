"""What is made better after cases: suggestions, and what is done about them."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from disputes import actions
from disputes.actions.assign import assignable
from disputes.desk.deeds import refusal
from disputes.models import ActionItem, Suggestion
from portal.accounts.access import CASE_READERS, CASE_STAFF, role_required
from portal.accounts.models import Role
from portal.audit import reading
from portal.viewing import masking

SHOWN, DONE_SHOWN = 100, 20


@require_safe
@role_required(*CASE_READERS)
def improve(request):
    return _show(request)


def _show(request, errors: dict[str, str] | None = None, about: str = ""):
    """`errors` belong to the form named `about`: `suggest`, `s<id>` or `i<id>`."""
    reading.note(request.actor, "list:suggestions", what=reading.What.LISTED)
    today = timezone.localdate()
    items = ActionItem.objects.select_related("owner", "suggestion__case")
    undone = list(items.filter(done_at=None).order_by("due_on", "pk")[:SHOWN])
    waiting = Suggestion.objects.filter(settled_at=None).select_related("case", "author")
    suggestions = list(waiting.order_by("pk")[:SHOWN])
    for each in suggestions:
        each.body = masking.words(each.body)
    actor = request.actor
    context = {
        "today": today,
        "items": [
            (item, item.due_on < today, item.owner == actor.user or actor.role == Role.SUPERVISOR)
            for item in undone
        ],
        "suggestions": suggestions,
        "done": list(items.exclude(done_at=None).order_by("-done_at")[:DONE_SHOWN]),
        "colleagues": assignable(),
        "may_work": actor.role in CASE_STAFF,
        "errors": errors or {},
        "about": about,
        "form": request.POST if errors else {},
    }
    return render(request, "disputes/desk/improve.html", context, status=422 if errors else 200)


@require_POST
@role_required(*CASE_STAFF)
def act(request):
    """One form a deed, named by `do`."""
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    about = request.POST.get("about", "suggest")[:24]
    try:
        said = deed(request)
    except actions.Refused as error:
        return _show(request, refusal(request, error), about)
    messages.success(request, said)
    return redirect("desk:improve")


def _suggest(request) -> str:
    actions.suggest(actor=request.actor, body=request.POST.get("body", ""))
    return _("建议记下了，谢谢。")


def _put_aside(request) -> str:
    reason = request.POST.get("reason", "")
    actions.put_aside(_suggestion(request), actor=request.actor, reason=reason)
    return _("记下了：这条不办，以及为什么。")


def _make_item(request) -> str:
    people = {str(user.public_id): user for user in assignable()}
    try:
        due_on = date.fromisoformat(request.POST.get("due_on", ""))
    except ValueError:
        due_on = None
    item = actions.make_item(
        actor=request.actor,
        title=request.POST.get("title", ""),
        owner=people.get(request.POST.get("owner", "")),
        due_on=due_on,
        suggestion=_suggestion(request) if request.POST.get("suggestion") else None,
    )
    return _("交给%(name)s了，会一直列在这里，直到做完。") % {"name": item.owner.name}


def _finish(request) -> str:
    item = get_object_or_404(ActionItem, pk=_id(request.POST.get("item", "")))
    actions.finish_item(item, actor=request.actor, outcome=request.POST.get("outcome", ""))
    return _("做完了，记下了结果。")


def _suggestion(request) -> Suggestion:
    return get_object_or_404(Suggestion, pk=_id(request.POST.get("suggestion", "")))


def _id(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


_DEEDS = {
    "suggest": _suggest,
    "put_aside": _put_aside,
    "make_item": _make_item,
    "finish": _finish,
}
