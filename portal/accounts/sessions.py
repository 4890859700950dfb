"""A session ends by itself: after a working day, and after a while without a page."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext as _

from portal.accounts.access import to_sign_in
from portal.http import Request

BEGAN, SEEN = "session_began", "session_seen"  # seconds since 1970
NOTE_EVERY = 60  # seconds: writing the time down at every page would be a write for every read


def begin(sender, request, user, **kwargs) -> None:
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def connect() -> None:
    user_logged_in.connect(begin, dispatch_uid="portal.accounts.sessions")


def idle_seconds(request: Request) -> int:
    of_a_merchant = request.actor and request.actor.is_merchant
    minutes = settings.MERCHANT_IDLE_MINUTES if of_a_merchant else settings.STAFF_IDLE_MINUTES
    return minutes * 60


class SessionLimitsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: Request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        now, session = int(time.time()), request.session
        idle = now - session.get(SEEN, 0)
        if now - session.get(BEGAN, 0) > settings.SESSION_COOKIE_AGE or (
            # Who was here a moment ago needs no look at the rules.
            idle > NOTE_EVERY and idle > idle_seconds(request)
        ):
            request.signed_out_because = "time"
            logout(request)
            messages.warning(request, _("您有一段时间没有操作，为保护数据已退出。请重新登录。"))
            return to_sign_in(request)
        if idle > NOTE_EVERY:
            session[SEEN] = now
        return self.get_response(request)
