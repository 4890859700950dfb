"""The product's addresses, and the empty page."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok") if request.actor else HttpResponse(status=403)  # type: ignore[attr-defined]


urlpatterns = [path("bench-empty/", empty), path("", include("portal.urls"))]
