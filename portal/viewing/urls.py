from django.urls import path

from portal.viewing import views

app_name = "viewing"
urlpatterns = [path("reason/", views.reason, name="reason")]
