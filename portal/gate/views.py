"""The page behind a capability link."""

from django.db import transaction
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.gate import links, passes


@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request, token: str):
    if request.method == "POST":
        return _exchange(request, token)
    link = links.find(token)
    if link is None:
        return _ended(request)
    return render(request, "portal/gate/link.html", {"purpose": link.purpose})


@transaction.atomic
def _exchange(request, token: str):
    """Used up, told of and granted together, or not at all."""
    link = links.use(token)
    if link is None:
        return _ended(request)
    lifetime, destination = links.destination(link.purpose)
    passes.grant(request, link.purpose, link.subject, lifetime, link=link)
    return redirect(destination(link.subject))


def _ended(request):
    return render(request, "portal/gate/link_ended.html", status=404)
