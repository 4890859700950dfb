"""Nobody works with a password alone: without a second factor only its set-up is open."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect

# Kept in the session, so that a page costs no query for it. Whatever takes a second factor away
# ends the person's sessions too (`User.session_epoch`).
SESSION_KEY = "second_factor"

# What a person may still reach before it is set up: that page, the way out, and the language.
OPEN_URLS = frozenset(
    {
        "account_second_factor",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "language",
    }
)


def has_one(user) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


class SecondFactorMiddleware:
    """Closed unless named: a page added tomorrow is behind the second factor without knowing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        if not request.user.is_authenticated or request.session.get(SESSION_KEY):
            return None
        if request.path.startswith(settings.STATIC_URL):
            return None
        if has_one(request.user):
            request.session[SESSION_KEY] = True
            return None
        match = request.resolver_match
        if match is not None and match.url_name in OPEN_URLS:
            return None
        return redirect("account_second_factor")
