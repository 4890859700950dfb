"""What could not be sent, for whoever runs the place: what is late, what was given up."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.access import FILE_READERS, role_required
from portal.accounts.models import Role
from portal.outbox import trouble, words
from portal.outbox.models import Entry


@require_safe
@role_required(*FILE_READERS)
def overview(request):
    dead = list(trouble.given_up()[: trouble.SHOWN + 1])
    context = {
        "late": trouble.late(),
        "put_off": trouble.put_off(),
        "dead": [_shown(entry) for entry in dead[: trouble.SHOWN]],
        "more": len(dead) > trouble.SHOWN,
        "shown": trouble.SHOWN,
        "may_retry": request.actor.role in (Role.OPERATIONS, Role.SUPERVISOR),
    }
    return render(request, "portal/outbox/overview.html", context)


def _shown(entry: Entry) -> dict:
    return {
        "entry": entry,
        "about": words.about(entry.topic),
        "why": words.went_wrong(entry),
        "again": trouble.may_go_again(entry),
    }


@require_POST
@role_required(Role.OPERATIONS, Role.SUPERVISOR)
def retry(request):
    """One entry, or all that were given up."""
    chosen = request.POST.get("entry", "")
    entries = Entry.objects.all() if chosen == "all" else Entry.objects.filter(pk=_id(chosen))
    number = trouble.try_again(entries, actor=request.actor)
    if number:
        said = ngettext("%(n)s 封重新排上了，马上再试。", "%(n)s 封重新排上了，马上再试。", number)
        messages.success(request, said % {"n": number})
    else:
        messages.warning(request, _("没有可以再试的：已经发出，或者地址已按规定忘掉。"))
    return redirect("outbox:overview")


def _id(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
