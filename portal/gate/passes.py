"""What this browser may see, for how long.

A browser is known by one random cookie; the rights themselves are rows, so they can be revoked.
Over TLS the cookie bears the `__Host-` prefix; over plain http (embedded default) it cannot.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from portal.gate.models import Pass
from portal.gate.tokens import new_token, token_hash

COOKIE_AGE = timedelta(days=180)


def cookie_name() -> str:
    return "__Host-pass" if settings.SERVED_OVER_TLS else "pass"


def browser_hash(request) -> str:
    """SHA-256 of this browser's token, or "" for a browser that holds none yet."""
    token = getattr(request, "_new_pass", "") or request.COOKIES.get(cookie_name(), "")
    return token_hash(token) if token else ""


def ensure_browser(request) -> str:
    """Give this browser its token if it has none; the middleware sets the cookie."""
    if not browser_hash(request):
        request._new_pass = new_token()
    return browser_hash(request)


def grant(request, purpose: str, subject: str, lifetime: timedelta, link=None) -> Pass:
    """Let this browser see `subject` from now on for `lifetime`; a longer right is kept."""
    expires_at = timezone.now() + lifetime
    row, _ = Pass.objects.get_or_create(
        browser_hash=ensure_browser(request),
        purpose=purpose,
        subject=subject,
        defaults={"expires_at": expires_at, "link": link},
    )
    if row.expires_at < expires_at:
        row.expires_at, row.link = expires_at, link
        row.save(update_fields=["expires_at", "link"])
    return row


# purpose → functions: subject → [(purpose, subject)…], any of which is a right to it too
_implied: dict[str, list[Callable]] = defaultdict(list)


def imply(purpose: str, follows_from: Callable) -> None:
    """An upper floor says (in AppConfig.ready) from which other passes a right follows: who may
    see a case may see the payment it is about. Nothing is copied, so nothing outlives its reason.
    """
    if follows_from not in _implied[purpose]:
        _implied[purpose].append(follows_from)


def holds(request, purpose: str, subject: str) -> bool:
    if not browser_hash(request):
        return False
    return _valid(request).filter(purpose=purpose, subject=subject).exists() or any(
        _valid(request).filter(purpose=other, subject=reason).exists()
        for follows_from in _implied[purpose]
        for other, reason in follows_from(subject)
    )


def held(request, purpose: str) -> list[str]:
    """Subjects of that purpose which this browser may see, newest right first."""
    if not browser_hash(request):
        return []
    rows = _valid(request).filter(purpose=purpose).order_by("-expires_at")
    return list(rows.values_list("subject", flat=True)[:50])


def end(purpose: str, subject: str, *, keep: str = "") -> int:
    """Let no browser see `subject` any more but `keep` (its hash), however it came by its right;
    how many could."""
    given = Pass.objects.filter(purpose=purpose, subject=subject)
    given.filter(browser_hash=keep).update(link=None)
    others = given.filter(expires_at__gt=timezone.now()).exclude(browser_hash=keep)
    return others.update(expires_at=timezone.now())


def rights(browser, now):
    """The passes of a browser (its hash) that hold at that time. Both may be expressions: a query
    for a thing can ask for the right to it too."""
    return Pass.objects.filter(browser_hash=browser, expires_at__gt=now).exclude(
        link__revoked_at__isnull=False
    )


def _valid(request):
    return rights(browser_hash(request), timezone.now())


class PassMiddleware:
    """Sets the browser's cookie on the response of the request that first granted something."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if token := getattr(request, "_new_pass", ""):
            response.set_cookie(
                cookie_name(),
                token,
                max_age=COOKIE_AGE,
                secure=settings.SERVED_OVER_TLS,
                httponly=True,
                samesite="Lax",
                path="/",
            )
        return response
