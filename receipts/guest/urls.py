from django.urls import path

from receipts.guest import home, lookup, payment, slip, verify

app_name = "receipts"
urlpatterns = [
    path("", home.home, name="home"),
    path("lookup/", lookup.look_up, name="lookup"),
    path("lookup/work/", lookup.new_work, name="work"),
    path("payment/<uuid:id>/", payment.payment, name="payment"),
    path("payment/<uuid:id>/slip.pdf", slip.slip_pdf, name="slip_pdf"),
    path("verify/", verify.verify, name="verify"),
    path("verify/<str:code>/", verify.verify_code, name="verify_code"),
    # What a QR code bears: short, and in capitals.
    path("V/<str:code>", verify.verify_short, name="verify_short"),
]
