"""Sign-ins, failed ones and sign-outs, written down as they happen.

The event of a sign-in commits before the session is saved: one that cannot be written down does
not take place. Names of accounts that do not exist are kept as keyed hashes only, since people
type passwords there.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.stages import LoginStageController
from allauth.mfa.signals import authentication_failed, authenticator_used
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.cache import cache
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
    subject, facts = _named(credentials.get("username", ""))
    _write(subject, "sign_in.refused", actor=DOOR, request=request, factor="password", **facts)


def _named(name: str) -> tuple[str, dict[str, str]]:
    """The account of that username, or what may be kept of a name that no account has."""
    user = User.objects.filter(username__iexact=name).first()
    if user:
        return f"account:{user.public_id}", {}
    mark = keyed_hash("username", name.casefold())
    return f"account:unknown-{mark[:16]}", {"username_hash": mark}


def locked(request: HttpRequest) -> None:
    """The door is closed for a while: too many wrong passwords or codes. Once a minute and
    account, since whoever goes on trying must not fill the trail."""
    stage = LoginStageController.enter(request, "mfa_authenticate")
    user = request.user if request.user.is_authenticated else stage and stage.login.user
    subject, facts = _named(user.username if user else request.POST.get("login", ""))
    if cache.add(f"locked:{subject}", 1, timeout=60):
        _write(subject, "sign_in.locked", actor=DOOR, request=request, **facts)


def code_refused(sender, request, user, authenticator, **kwargs) -> None:
    _write(
        f"account:{user.public_id}",
        "sign_in.refused",
        actor=DOOR,
        request=request,
        factor=authenticator.type,
    )


def code_accepted(sender, request, user, authenticator, reauthenticated=False, **kwargs) -> None:
    """Of a sign-in its own event tells; a proof asked for again, and a recovery code, have one."""
    if reauthenticated:
        _write(
            f"account:{user.public_id}",
            "sign_in.proved",
            actor=Actor.person(user),
            request=request,
            factor=authenticator.type,
        )
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
    authenticator_used.connect(code_accepted, dispatch_uid="portal.accounts.code_accepted")
