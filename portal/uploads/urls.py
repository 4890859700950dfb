from django.urls import path

from portal.uploads.views import serve

app_name = "uploads"
urlpatterns = [path("<uuid:public_id>/", serve, name="file")]
