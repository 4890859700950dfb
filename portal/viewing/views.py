from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from portal.accounts.access import CASE_READERS, MERCHANT, role_required
from portal.accounts.errors import Invalid
from portal.viewing import budget


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*CASE_READERS, *MERCHANT)
def reason(request):
    """Why one needs to open more than usual."""
    back = request.POST.get("next", "") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        back = "/account/home/"
    errors: dict[str, str] = {}
    if request.method == "POST":
        if not request.actor:
            raise PermissionDenied
        try:
            budget.give_reason(
                request.actor, request.POST.get("code", ""), request.POST.get("words", "")
            )
            return redirect(back)
        except Invalid as invalid:
            errors[invalid.field] = invalid.message
    standings = budget.standings(request.actor)
    context = {
        "standings": [each for each in standings if each.is_over] or standings[:1],
        "reasons": budget.REASONS.items(),
        "code": request.POST.get("code", ""),
        "words": "" if "words" in errors else request.POST.get("words", ""),
        "next": back,
        "errors": errors,
    }
    page = "portal/viewing/reason.html"
    return render(request, page, context, status=422 if errors else 200)
