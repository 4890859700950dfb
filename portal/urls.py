from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.site.urls")),
    path("", include("receipts.guest.urls")),
    path("", include("disputes.guest.urls")),
    path("", include("portal.gate.urls")),
    path("merchant/payments/", include("receipts.panel.urls")),
    path("merchant/cases/", include("disputes.desk.merchant_urls")),
    path("desk/", include("disputes.desk.urls")),
    path("account/", include("portal.accounts.urls")),
    path("files/", include("portal.uploads.urls")),
    path("admin/", admin.site.urls),
]
