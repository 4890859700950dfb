"""Pages that explain: what to do without a slip, rights and routes, personal data."""

from django.conf import settings
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from disputes import policy
from disputes.policy.limits import Limit


@require_safe
def guide(request):
    return render(request, "portal/help.html", {"arrive_at": settings.PAYMENTS_ARRIVE_AT})


@require_safe
def rights(request):
    limits = policy.current_version().limits
    context = {"limits": {clock: _in_words(Limit.read(limits[clock])) for clock in limits}}
    return render(request, "portal/rights.html", context)


def _in_words(limit: Limit) -> str:
    """24 小时, 15 天."""
    if limit.by_days:
        return ngettext("%(n)d 天", "%(n)d 天", limit.amount) % {"n": limit.amount}
    return ngettext("%(n)d 小时", "%(n)d 小时", limit.amount) % {"n": limit.amount}


@require_safe
def privacy(request):
    return render(request, "portal/privacy.html")


@require_safe
def favicon(request):
    """For browsers that ask for it unasked."""
    return redirect(static("vendor/icon.svg"))
