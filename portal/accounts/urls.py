from django.urls import include, path

from portal.accounts import views

urlpatterns = [
    path("home/", views.home, name="account_home"),
    path("", include("allauth.urls")),
]
