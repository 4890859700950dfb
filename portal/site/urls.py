from django.urls import path

from portal.site import health

app_name = "site"
urlpatterns: list = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
