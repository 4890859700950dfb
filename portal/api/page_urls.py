from django.urls import path

from portal.api import pages

app_name = "keys"
urlpatterns = [
    path("", pages.key_list, name="keys"),
    path("make/", pages.make, name="make"),
    path("<slug:prefix>/", pages.one_key, name="key"),
]
