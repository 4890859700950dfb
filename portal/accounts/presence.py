"""Pages on which the institution's people say when they are away, and who leads them sees it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import actions, away, policy
from portal.accounts.access import CASE_STAFF, KNOWS_WHO_IS_HERE, note_refusal, role_required
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Absence, Membership, Organisation
from portal.http import MemberRequest


@require_safe
@role_required(*KNOWS_WHO_IS_HERE)
def presence(request):
    """Who works on cases, oneself first, and who of them is away or will be."""
    rows = [_row(request, member) for member in _staff().order_by("user__name", "pk")]
    rows.sort(key=lambda row: row["own"], reverse=True)
    return render(request, "portal/accounts/presence.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*KNOWS_WHO_IS_HERE)
def absence(request, public_id):
    """When one person is away; whoever may not say it is shown where it stands."""
    member = _staff().filter(user__public_id=public_id).first()
    if member is None:
        raise Http404
    if not policy.may_say_away(request.actor, member):
        note_refusal(request)
        raise PermissionDenied
    if request.method == "POST":
        try:
            return _do(request, member)
        except Invalid as error:
            return _show(request, member, {error.field: error.message})
        except NotAllowed:
            note_refusal(request)
            raise PermissionDenied from None
    return _show(request, member)


def _staff():
    return Membership.objects.filter(
        organisation__kind=Organisation.Kind.INSTITUTION,
        organisation__is_active=True,
        is_active=True,
        user__is_active=True,
        role__in=CASE_STAFF,
    ).select_related("user", "organisation", "absence")


def _do(request: MemberRequest, member: Membership):
    name = {"name": member.user.name}
    if request.POST.get("do") == "back":
        actions.say_back(member, actor=request.actor)
        messages.success(request, _("%(name)s在岗，新案件会照常分派。") % name)
    else:
        row = actions.say_away(
            member,
            first=_day(request.POST.get("first", "")),
            last=_day(request.POST.get("last", "")),
            actor=request.actor,
        )
        day = {"day": away.back(row.until)}
        messages.success(request, _("记下了：%(name)s不在，%(day)s回来。") % (name | day))
    return redirect("account_presence")


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # well written, and no day: 2026-02-30
        return None


def _show(request: MemberRequest, member: Membership, errors: dict | None = None):
    row, today = _row(request, member), timezone.localdate()
    form: dict[str, Any] = {"first": today.isoformat(), "last": ""}
    if row["absence"]:
        first = max(today, timezone.localdate(row["absence"].since))
        form = {"first": first.isoformat(), "last": away.last_day(row["absence"].until).isoformat()}
    if errors:
        form = request.POST.dict()
    context = {"row": row, "form": form, "errors": errors or {}, "today": today.isoformat()}
    status = 422 if errors else 200
    return render(request, "portal/accounts/absence.html", context, status=status)


def _row(request: MemberRequest, member: Membership) -> dict[str, Any]:
    """`absence` is one that lasts or is to come; `last` the last day of it."""
    now = timezone.now()
    found: Absence | None = getattr(member, "absence", None)
    if found is None or found.until <= now:
        found = None
    return {
        "member": member,
        "own": member.user == request.user,
        "manages": policy.may_say_away(request.actor, member),
        "absence": found,
        "lasts": bool(found and found.since <= now),
        "back": away.back(found.until) if found else "",
    }
