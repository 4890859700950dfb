"""Where a reason is asked before more is shown, the reader is led to that page and back."""

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from portal.viewing.budget import OverBudget


class ViewBudgetMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, OverBudget):
            return None
        back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/account/home/"
        address = reverse("viewing:reason") + "?" + urlencode({"next": back})
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
