"""What holds for every address under /api/, before any view."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from portal.api import problems

PREFIX = "/api/"


def language_of(request) -> str:
    """Programs say it as HTTP does; there is no cookie to choose by."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        for known, _name in settings.LANGUAGES:
            if code.split("-")[0] == known.split("-")[0]:
                return known
    return settings.LANGUAGE_CODE


def body_at_fault(request) -> problems.Problem | None:
    """What the headers alone say. A body that comes in chunks does not say how large it is."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return problems.LengthRequired()
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return problems.WrongMediaType(_("正文不能压缩"))
    if request.content_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        return problems.WrongMediaType(_("正文应为 UTF-8"))
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    return problems.TooLarge() if length > settings.API_BODY_LIMIT else None


class ApiMiddleware:
    """The caller's language, and an answer to a body too large before any of it is read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        language = language_of(request)
        with translation.override(language):
            problem = body_at_fault(request)
            response = problems.response(problem) if problem else self.get_response(request)
        response["Content-Language"] = language
        return response
