"""Error pages that lead on. None of them needs the database."""

import structlog
from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from receipts.guest import home

log = structlog.get_logger(__name__)

# Shown when even the page for failures cannot be drawn.
LAST_WORDS = (
    '<!doctype html><html lang="zh-Hans"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>小票</title>'
    "<h1>这一页没有打开</h1><p>是我们这边出了问题。请过几分钟再试一次。</p>"
    '<p lang="en">Something went wrong on our side. Please try again in a few minutes.</p>'
    '<p><a href="/">小票</a></p></html>'
)


def _page(request, status: int, **context):
    if request.method not in ("GET", "HEAD"):
        context["here"] = "/"  # where the other language leads: what failed is not asked for again
    return render(request, f"{status}.html", context, status=status)


def bad_request(request, exception=None):
    return _page(request, 400)


def forbidden(request, exception=None):
    return _page(request, 403)


def not_found(request, exception=None):
    return _page(request, 404)


def too_many_requests(request, exception=None):
    return _page(request, 429)


def csrf_failure(request, reason=""):
    """As a rule a browser without cookies (inside a chat app): of a look-up nothing is lost."""
    if request.path == reverse("receipts:lookup"):
        return home.not_sent(request)
    return _page(request, 403, reason="csrf")


def server_error(request):
    """Without context processors: what failed may be what they ask."""
    try:
        return HttpResponseServerError(render_to_string("500.html"))
    except Exception:
        log.exception("error_page_failed")
        return HttpResponseServerError(LAST_WORDS)
