from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from portal.site.audit import exporting

urlpatterns = [
    path("", include("portal.site.urls")),
    path("", include("receipts.guest.urls")),
    path("", include("disputes.guest.urls")),
    path("", include("portal.gate.urls")),
    path("merchant/payments/", include("receipts.panel.urls")),
    path("merchant/cases/", include("disputes.desk.merchant_urls")),
    path("desk/", include("receipts.panel.staff_urls")),
    path("desk/audit/export/", exporting.page, name="audit_export"),
    path("desk/audit/privacy/", include("portal.erasure.urls")),
    path("desk/audit/", include("portal.site.audit.urls")),
    path("desk/keys/", include("portal.api.page_urls")),
    path("desk/outbox/", include("portal.outbox.urls")),
    path("desk/calendar/", include("portal.calendar.urls")),
    path("desk/", include("disputes.desk.urls")),
    path("merchant/people/", RedirectView.as_view(pattern_name="account_people")),
    path("account/viewing/", include("portal.viewing.urls")),
    path("account/", include("portal.accounts.urls")),
    path("files/", include("portal.uploads.urls")),
    path(".well-known/audit/", include("portal.audit.urls")),
    path("api/", include("portal.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "portal.site.errors.bad_request"
handler403 = "portal.site.errors.forbidden"
handler404 = "portal.site.errors.not_found"
handler429 = "portal.site.errors.too_many_requests"
handler500 = "portal.site.errors.server_error"
