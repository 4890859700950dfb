"""Language by the person's choice, and no trace of private pages in shared caches."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import translation
from django.utils.cache import patch_vary_headers

from portal.site.errors import bad_request

PUBLIC_PREFIXES = ("/static/", "/healthz", "/readyz", "/.well-known/")
# Pages that say the same to everybody may be found by a search engine.
FOR_EVERYBODY = frozenset({"/", "/help/", "/rights/", "/privacy/"})


# Where everybody is nobody: no cookie is read, none is given, and a cache may hand out its answers.
NOBODYS = "/.well-known/"


class LanguageMiddleware:
    """Chinese unless the person chose otherwise: the choice is a cookie, never a guess."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.languages = dict(settings.LANGUAGES)

    def __call__(self, request):
        is_nobodys = request.path.startswith(NOBODYS)
        if is_nobodys:
            request.COOKIES = {}
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.languages else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if is_nobodys:
            response.headers.pop("Vary", None)
        return response


class NulMiddleware:
    """The character NUL, which nobody types and PostgreSQL does not take, ends here."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        given = [request.path, *_values(request.GET)]
        if not getattr(view, "csrf_exempt", False):  # such a view reads its body by itself
            given += _values(request.POST)
        return bad_request(request) if any("\0" in text for text in given) else None


def _values(form) -> Iterator[str]:
    return (value for _name, values in form.lists() for value in values)


class PrivatePagesMiddleware:
    """Pages tell of money and people: nobody stores them, nobody indexes them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path.startswith(PUBLIC_PREFIXES):
            response.headers.setdefault("Cache-Control", "private, no-store")
            patch_vary_headers(response, ["Cookie", "HX-Request"])
            if request.path not in FOR_EVERYBODY:
                response.headers.setdefault("X-Robots-Tag", "noindex")
        return response
