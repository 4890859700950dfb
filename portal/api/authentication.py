"""`Authorization: Bearer xp_…`, and what a key is good for."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission

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
        if getattr(view, "scope", None) not in request.auth.scopes:
            raise ScopeMissing
        return True
