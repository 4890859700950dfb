"""The API of the house, version by version. Each address answers with and without a final slash;
the schema names the one without."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.views import APIView

from portal.api.problems import NotFound
from portal.api.transactions import Transactions

app_name = "api"


class Nowhere(APIView):
    """So that a mistyped address is told as everything else is."""

    schema = None
    authentication_classes = permission_classes = throttle_classes = ()

    def initial(self, request, *args, **kwargs):
        raise NotFound


urlpatterns = [
    path("v1/transactions", Transactions.as_view(), name="transactions"),
    path("v1/transactions/", Transactions.as_view(schema=None)),
    path("schema", SpectacularAPIView.as_view(schema=None)),
    path("schema/", SpectacularAPIView.as_view(schema=None), name="schema"),
    re_path(r"", Nowhere.as_view()),
]
