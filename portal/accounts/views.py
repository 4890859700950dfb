"""A person's own account: where one lands, the second factor, the way in by an invitation."""

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter as second_factor_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import actions, second_factor
from portal.accounts.access import CASE_READERS, KNOWS_WHO_IS_HERE, MERCHANT
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.forms import CodeForm, NewAccountForm
from portal.accounts.models import Invitation
from portal.accounts.sealing import seal, unseal
from portal.gate import passes

SECRET_KEY = "second_factor_secret"  # noqa: S105  where in the session it lies, sealed


def next_address(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is one of our pages."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@require_safe
@login_required
def home(request):
    """To the room of one's role. Someone whose membership has ended is told so."""
    if not request.actor:
        return render(request, "portal/accounts/no_membership.html")
    if request.actor.role in MERCHANT:
        return redirect("/merchant/")
    if request.actor.role in CASE_READERS:
        return redirect("/desk/")
    return redirect("account_people")


@require_safe
@login_required
def security(request):
    """Everything about one's own account on one page."""
    held = {row.type: row for row in Authenticator.objects.filter(user_id=request.user.pk)}
    codes = held.get(Authenticator.Type.RECOVERY_CODES)
    return render(
        request,
        "portal/accounts/security.html",
        {
            "phone": held.get(Authenticator.Type.TOTP),
            "knows_who_is_here": bool(request.actor) and request.actor.role in KNOWS_WHO_IS_HERE,
            "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required(enabled=lambda request: second_factor.has_one(request.user))
def set_up_second_factor(request):
    """A QR code for the phone, and a code from it as proof. The first time, or for a new phone."""
    sealed = request.session.get(SECRET_KEY)
    # The secret stays the same until it is proved: a reload must not undo a scan.
    secret = unseal(sealed) if sealed else generate_totp_secret()
    if not sealed:
        request.session[SECRET_KEY] = seal(secret)
    form = CodeForm(request.POST or None, secret=secret)
    onward = next_address(request)
    if request.method == "POST" and form.is_valid():
        actions.set_up_second_factor(
            request.user, secret=secret, actor=request.actor or Actor.person(request.user)
        )
        del request.session[SECRET_KEY]
        update_session_auth_hash(request, request.user)
        request.session[second_factor.SESSION_KEY] = True
        messages.success(request, _("手机已绑定。以后登录要用 App 里的动态码。"))
        return redirect(f"{resolve_url('account_recovery_codes')}?{urlencode({'next': onward})}")
    adapter = second_factor_adapter()
    address = adapter.build_totp_url(request.user, secret)
    return render(
        request,
        "portal/accounts/second_factor.html",
        {
            "form": form,
            "errors": form.errors,
            "picture": adapter.build_totp_picture(address),
            "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
            "replacing": second_factor.has_one(request.user),
            "next": onward,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required(allow_get=True)
def recovery_codes(request):
    """The codes are shown once. Whoever wants to see some again makes new ones."""
    if request.method == "POST":
        actions.renew_recovery_codes(
            request.user, actor=request.actor or Actor.person(request.user)
        )
        return redirect("account_recovery_codes")
    row = Authenticator.objects.filter(
        user_id=request.user.pk, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    codes = row.wrap() if row else None
    unused = codes.get_unused_codes() if codes else []
    fresh = codes is not None and not codes.did_view
    if codes is not None and fresh and request.method == "GET":
        codes.mark_as_viewed()
    return render(
        request,
        "portal/accounts/recovery_codes.html",
        {
            "codes": [f"{code[:4]} {code[4:]}" for code in unused] if fresh else [],
            "left": len(unused),
            "next": next_address(request),
        },
    )


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, public_id):
    """Behind an invitation's link: choose username, name and password."""
    found = None
    if passes.holds(request, "invitation", str(public_id)):
        found = (
            Invitation.objects.open()
            .filter(public_id=public_id)
            .select_related("organisation")
            .first()
        )
    if found is None:
        return render(request, "portal/accounts/invitation_ended.html", status=404)
    form = NewAccountForm(
        request.POST or None, initial={"name": found.name, "username": found.username}
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                membership = actions.accept_invitation(
                    found, **form.cleaned_data, language=get_language()
                )
                record_authentication(request, membership.user, method="invitation")
                login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        except Invalid as error:
            form.add_error(error.field, error.message)
        except NotAllowed:
            return render(request, "portal/accounts/invitation_ended.html", status=404)
        else:
            return redirect("account_second_factor")
    return render(
        request,
        "portal/accounts/invitation.html",
        {"invitation": found, "form": form, "errors": form.errors},
    )
