"""Sign-ins, failed ones and sign-outs, written down as they happen.

The event of a sign-in commits before the session is saved: one that cannot be written down does
not take place. Names of accounts that do not exist are kept as keyed hashes only, since people
type passwords there.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.signals import authentication_failed, authenticator_used
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.gate.tokens import keyed_hash

DOOR = Actor.system("sign-in")


def _write(subject: str, type: str, *, actor: Actor, request: HttpRequest | None, **facts) -> None:
    """The network address is personal: it may be erased without touching the event."""
    address = _address(request)
    reason = facts.pop("reason", "")
    with transaction.atomic():
        audit.record(
            subject,
            type,
            actor=actor,
            after=facts,
            personal={"address": address} if address else None,
            reason=reason,
        )


def _address(request: HttpRequest | None) -> str:
    """The browser's network address, "" where the server was not told (a command, a socket)."""
    if request is None or not request.META.get("REMOTE_ADDR"):
        return ""
    return get_adapter().get_client_ip(request)


def signed_in(sender, request, user, **kwargs) -> None:
    methods = [
        f"{record['method']}:{record['type']}" if "type" in record else record["method"]
        for record in get_authentication_records(request, user)
    ]
    _write(
        f"account:{user.public_id}",
        "signed_in",
        actor=Actor.person(user),
        request=request,
        methods=methods,
    )


def signed_out(sender, request, user, **kwargs) -> None:
    if user is not None:
        _write(
            f"account:{user.public_id}",
            "signed_out",
            actor=Actor.person(user),
            request=request,
            reason=getattr(request, "signed_out_because", ""),
        )


def password_refused(sender, credentials, request=None, **kwargs) -> None:
    name = credentials.get("username", "")
    user = User.objects.filter(username__iexact=name).first()
    if user:
        subject, facts = f"account:{user.public_id}", {}
    else:
        mark = keyed_hash("username", name.casefold())
        subject, facts = f"account:unknown-{mark[:16]}", {"username_hash": mark}
    _write(subject, "sign_in.refused", actor=DOOR, request=request, factor="password", **facts)


def code_refused(sender, request, user, authenticator, **kwargs) -> None:
    _write(
        f"account:{user.public_id}",
        "sign_in.refused",
        actor=DOOR,
        request=request,
        factor=authenticator.type,
    )


def recovery_code_used(sender, request, user, authenticator, **kwargs) -> None:
    if authenticator.type == authenticator.Type.RECOVERY_CODES:
        authenticator.refresh_from_db()  # the caller's copy does not know of its use yet
        _write(
            f"account:{user.public_id}",
            "recovery_code.used",
            actor=Actor.person(user),
            request=request,
            left=len(authenticator.wrap().get_unused_codes()),
        )


def connect() -> None:
    user_logged_in.connect(signed_in, dispatch_uid="portal.accounts.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="portal.accounts.signed_out")
    user_login_failed.connect(password_refused, dispatch_uid="portal.accounts.password_refused")
    authentication_failed.connect(code_refused, dispatch_uid="portal.accounts.code_refused")
    authenticator_used.connect(recovery_code_used, dispatch_uid="portal.accounts.recovery_code")
