"""The policy as a picture: what a case can be, and which steps lead from one state to another."""

from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from disputes import policy_picture
from portal.accounts.access import ADMIN, CASE_READERS, role_required


@require_safe
@role_required(*CASE_READERS, *ADMIN)
def states(request):
    context = {
        "picture": mark_safe(policy_picture.draw()),  # noqa: S308  drawn here, its words escaped
        "arrows": policy_picture.arrows(),
    }
    return render(request, "disputes/desk/states.html", context)
