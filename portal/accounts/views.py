"""Where a person lands after signing in."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.access import CASE_READERS, MERCHANT


@require_safe
@login_required
def home(request):
    """To the room of one's role. Someone whose membership has ended is told so."""
    if not request.actor:
        return render(request, "portal/accounts/no_membership.html")
    if request.actor.role in MERCHANT:
        return redirect("/merchant/")
    if request.actor.role in CASE_READERS:
        return redirect("/desk/")
    return redirect("/account/people/")
