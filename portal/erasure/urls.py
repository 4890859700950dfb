from django.urls import path

from portal.erasure import views

app_name = "privacy"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("ask/", views.ask, name="ask"),
    path("<uuid:public_id>/", views.one, name="request"),
]
