"""Notices inside the product: the page behind the bell; the desk's and the merchants' alike."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from disputes import in_app
from disputes.desk.rows import what_of
from disputes.models import Case, InAppNotice
from disputes.models.in_app import unread
from portal.accounts.access import CASE_READERS, MERCHANT, role_required


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*CASE_READERS)
def of_institution(request):
    return _page(request, "desk:notices")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*MERCHANT)
def of_merchant(request):
    return _page(request, "merchant_cases:notices")


def opened(request, case: Case) -> None:
    """Whoever opens a case has read what there was to tell them of it."""
    number = unread(request.actor)
    if number and in_app.seen(request.actor, case=case.pk):
        number = unread(request.actor)
    request.notices_unread = number  # the bell need not count again


def _page(request, here: str):
    mine = InAppNotice.objects.visible_to(request.actor)
    if request.method == "POST":
        _mark(request, mine)
        return redirect(here)
    rows = list(mine.select_related("case__merchant", "case__payment")[: in_app.SHOWN])
    context = {
        "here": reverse(here),
        "rows": [(row, in_app.WORDS.get(row.what, ""), what_of(row.case)) for row in rows],
        "any_unread": any(row.read_at is None for row in rows),
        "shown": in_app.SHOWN,
        "days": in_app.KEPT_FOR.days,
    }
    return render(request, "disputes/desk/notices.html", context)


def _mark(request, mine) -> None:
    """All as read, or one as read or unread. Raises Http404 for one that is not theirs."""
    key = request.POST.get("notice", "")
    if request.POST.get("do") == "all":
        in_app.seen(request.actor)
        return
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 18 else 0
    row = mine.filter(pk=number).first()
    if request.POST.get("do") not in {"read", "unread"} or row is None:
        raise Http404
    if request.POST["do"] == "read":
        in_app.seen(request.actor, pk=row.pk)
    else:
        in_app.unseen(row)
