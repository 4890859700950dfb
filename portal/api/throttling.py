"""Requests a minute and key, counted where every web process sees them."""

import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

WINDOW = 60  # seconds


class PerKey(BaseThrottle):
    def allow_request(self, request, view) -> bool:
        if request.auth is None:
            return True
        window = int(time.time()) // WINDOW
        name = f"api-throttle:{request.auth.pk}:{window}"
        cache.add(name, 0, 2 * WINDOW)
        try:
            return cache.incr(name) <= settings.API_REQUESTS_PER_MINUTE
        except ValueError:  # dropped between the two lines: a full cache refuses nobody
            return True

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW
