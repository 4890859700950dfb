"""`Authorization: Bearer xp_…`, and what a key is good for."""

from django.core.cache import cache
from django.db import transaction
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission

from portal import audit
from portal.accounts.actor import Actor
from portal.api import keys, throttling
from portal.api.problems import KeyNotValid, ScopeMissing


class BearerKey(BaseAuthentication):
    def authenticate(self, request):
        scheme, _space, text = get_authorization_header(request).partition(b" ")
        if not scheme:
            throttling.note_stranger(request)
            return None
        key = keys.find(text.strip().decode("latin-1")) if scheme.lower() == b"bearer" else None
        if key is None:
            throttling.note_stranger(request)
            raise KeyNotValid
        return key.client, key

    def authenticate_header(self, request) -> str:
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The view names the scope it needs (`scope`); a view without one is closed."""

    def has_permission(self, request, view) -> bool:
        if request.auth is None:
            return False
        scope = getattr(view, "scope", None)
        if scope not in request.auth.scopes:
            _note_refusal(request, str(scope or ""))
            raise ScopeMissing
        return True


def _note_refusal(request, scope: str) -> None:
    """A key tried what it is not good for: once a minute, as a loop must not fill the trail."""
    prefix = request.auth.prefix
    if not cache.add(f"refused:{prefix}:{scope}", 1, timeout=60):
        return
    with transaction.atomic():
        audit.record(
            f"api_key:{prefix}",
            "access.refused",
            actor=Actor(kind="system", id=f"api:{prefix}"),
            after={"method": request.method, "path": request.path[:200], "wanted": [scope]},
        )
