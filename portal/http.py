"""A request as our views get it: what the middleware puts on it, by name and type."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from portal.accounts.actor import Actor
from portal.accounts.models import User


class Request(HttpRequest):
    """Of anybody. `actor` is None (or a lazy nothing: ask for its truth, not `is None`) for whoever
    works nowhere; `signed_out_because` is there once a limit has ended the session."""

    actor: Actor | None
    htmx: HtmxDetails
    signed_out_because: str


class MemberRequest(Request):
    """Behind `role_required`: somebody is signed in and works under a role."""

    actor: Actor
    user: User
