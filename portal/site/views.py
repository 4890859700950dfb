"""Pages that explain: what to do without a slip, rights and routes, personal data."""

from django.conf import settings
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from disputes import policy
from disputes.policy import addresses
from disputes.policy.limits import Limit


def language(request):
    """The choice is kept as a cookie; a look-up that was being made goes along, by a POST again
    (307), so that nobody types it twice."""
    answer = set_language(request)
    carries = "card_tail" in request.POST and answer.headers["Location"] == reverse("receipts:home")
    if carries:
        answer.status_code = 307
    return answer


@require_safe
def guide(request):
    return render(request, "portal/help.html", {"arrive_at": settings.PAYMENTS_ARRIVE_AT})


@require_safe
def rights(request):
    limits = policy.current_version().limits
    context = {
        "limits": {clock: Limit.read(limits[clock]).words for clock in limits},
        "addresses": [each for each in addresses.current().values() if each.is_known],
    }
    return render(request, "portal/rights.html", context)


@require_safe
def privacy(request):
    return render(request, "portal/privacy.html")


@require_safe
def favicon(request):
    """For browsers that ask for it unasked."""
    return redirect(static("vendor/icon.svg"))
