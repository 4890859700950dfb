from django.urls import path

from receipts.guest import home, lookup, payment, slip

app_name = "receipts"
urlpatterns = [
    path("", home.home, name="home"),
    path("lookup/", lookup.look_up, name="lookup"),
    path("payment/<uuid:id>/", payment.payment, name="payment"),
    path("payment/<uuid:id>/slip.pdf", slip.slip_pdf, name="slip_pdf"),
]
