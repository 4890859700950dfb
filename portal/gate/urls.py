from django.urls import path

from portal.gate.views import open_link

app_name = "gate"
urlpatterns = [path("link/<str:token>/", open_link, name="link")]
