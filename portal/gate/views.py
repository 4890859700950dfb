"""The page behind a capability link."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.gate import links, passes


@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request, token: str):
    link = links.use(token) if request.method == "POST" else links.find(token)
    if link is None:
        return render(request, "portal/gate/link_ended.html", status=404)
    if request.method != "POST":
        return render(request, "portal/gate/link.html", {"purpose": link.purpose})
    lifetime, destination = links.destination(link.purpose)
    passes.grant(request, link.purpose, link.subject, lifetime, link=link)
    return redirect(destination(link.subject))
