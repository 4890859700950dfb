"""A request too large to read through is answered before any of it is."""

from django.conf import settings
from django.shortcuts import render


def request_limit() -> int:
    """Bytes. Twice what an honest form can hold: a file over the limit is still read past, so
    that the page can name it and keep the other answers.
    """
    return 2 * settings.UPLOAD_MAX_FILES * settings.UPLOAD_MAX_BYTES + 1024 * 1024


class RequestSizeMiddleware:
    """Before everything that reads `request.POST`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > request_limit():
            return render(request, "portal/uploads/request_too_large.html", status=413)
        return self.get_response(request)
