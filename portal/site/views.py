"""Pages that explain: what to do without a slip, rights and routes, personal data."""

from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def guide(request):
    return render(request, "portal/help.html")


@require_safe
def rights(request):
    return render(request, "portal/rights.html")


@require_safe
def privacy(request):
    return render(request, "portal/privacy.html")
