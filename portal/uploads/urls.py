from django.urls import path

from portal.uploads.views import preview, serve

app_name = "uploads"
urlpatterns = [
    path("<uuid:public_id>/", serve, name="file"),
    path("<uuid:public_id>/preview/", preview, name="preview"),
]
