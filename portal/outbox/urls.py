from django.urls import path

from portal.outbox import pages

app_name = "outbox"
urlpatterns = [
    path("", pages.overview, name="overview"),
    path("retry/", pages.retry, name="retry"),
]
