"""Who may open which page: one decorator in front of every page behind the sign-in.

That a signed-in person has a second factor is settled before any view runs, for every address at
once: see `portal.accounts.second_factor.SecondFactorMiddleware`.
"""

import time
from functools import lru_cache, wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.urls import get_resolver
from django_htmx.http import HttpResponseClientRedirect

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Role
from portal.gate.tokens import token_hash
from portal.http import Request

MERCHANT = (Role.CLERK, Role.MANAGER)
CASE_STAFF = (Role.SUPPORT, Role.SUPERVISOR, Role.OPERATIONS)
CASE_READERS = (*CASE_STAFF, Role.AUDITOR)
# Who answers for the files that bring payments: operations, who leads them, who audits them.
FILE_READERS = (Role.OPERATIONS, Role.SUPERVISOR, Role.AUDITOR)
FILE_STAFF = (Role.OPERATIONS,)  # who corrects, retries and drops their rows
ADMIN = (Role.ADMINISTRATOR,)
KNOWS_WHO_IS_HERE = (*CASE_STAFF, *ADMIN)
# Who reads the trail itself: who audits, and who answers for what staff do.
AUDIT_READERS = (Role.AUDITOR, Role.SUPERVISOR)

# A refusal is written down once per path and minute, and this often per person and minute.
REFUSALS_PER_MINUTE = 30


def role_required(*roles: str):
    """Let in who works under one of `roles` (constants above: `@role_required(*CASE_STAFF)`).

    Anonymous people are led to the sign-in and back; others get 403, and the trail an event
    `access.refused`. Inside the view `request.actor` is the actor.
    """
    wanted = frozenset(str(role) for role in roles)

    def decorate(view):
        @wraps(view)
        def guarded(request: Request, *args, **kwargs):
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not request.actor or request.actor.role not in wanted:
                note_refusal(request, wanted)
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.roles = wanted  # type: ignore[attr-defined]  # asked by `may_open`
        return guarded

    return decorate


def may_open(actor: Actor | None, name: str) -> bool:
    """Whether the view of that name (`desk:several`) lets `actor` in: a page that leads to it asks
    the view itself, and so says what it would say."""
    return actor is not None and bool(actor) and actor.role in _roles_of(name)


@lru_cache
def _roles_of(name: str) -> frozenset[str]:
    *spaces, own = name.split(":")
    resolver = get_resolver()
    for space in spaces:
        resolver = resolver.namespace_dict[space][1]
    view = next(p.callback for p in resolver.url_patterns if getattr(p, "name", "") == own)
    return getattr(view, "roles")  # noqa: B009  what `role_required` put there


def to_sign_in(request: Request) -> HttpResponse:
    """To the sign-in, and from there back to where one wanted to go."""
    if request.htmx:
        back = request.htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)
        return HttpResponseClientRedirect(redirect_to_login(back).url)
    # What was posted is gone after a sign-in: back to the page it was written on, if we know it.
    return redirect_to_login(
        request.get_full_path() if request.method in {"GET", "HEAD"} else _page_of_the_form(request)
    )


def _page_of_the_form(request: Request) -> str:
    referer = request.META.get("HTTP_REFERER", "")
    origin = f"{request.scheme}://{request.get_host()}"
    if referer.startswith(f"{origin}/"):
        return referer.removeprefix(origin)
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def note_refusal(request: Request, wanted: frozenset[str] | tuple = ()) -> None:
    """Write down that somebody tried what is not theirs; a loop cannot flood the trail."""
    if not request.user.is_authenticated:
        return  # led to the sign-in, not refused
    person = request.user.public_id
    minute = int(time.time()) // 60
    many = f"refused:{person}:{minute}"
    cache.add(many, 0, timeout=120)
    if (
        not cache.add(f"refused:{person}:{minute}:{token_hash(request.path)}", 1, timeout=120)
        or cache.incr(many) > REFUSALS_PER_MINUTE
    ):
        return
    with transaction.atomic():
        audit.record(
            f"account:{person}",
            "access.refused",
            actor=request.actor or Actor.person(request.user),
            after={
                "method": request.method,
                "path": request.path[:200],
                "wanted": sorted(wanted),
            },
        )
