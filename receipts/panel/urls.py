from django.urls import path

from receipts.panel import archives, counter, printing, views

app_name = "merchant"
urlpatterns = [
    path("", views.payments, name="payments"),
    path("archive/", archives.ask, name="archive_ask"),
    path("archive/<uuid:archive_id>/", archives.page, name="archive"),
    path("archive/<uuid:archive_id>/slips.zip", archives.download, name="archive_file"),
    path("<uuid:payment_id>/", views.payment, name="payment"),
    path("<uuid:payment_id>/slip.pdf", views.slip, name="slip"),
    path("<uuid:payment_id>/slip-58mm.pdf", views.slip, {"form": "58mm"}, name="slip_58mm"),
    path("<uuid:payment_id>/slip-a4.pdf", views.slip, {"form": "a4"}, name="slip_a4"),
    path("<uuid:payment_id>/print/", printing.page, name="print"),
    path("<uuid:payment_id>/print/slip.bin", printing.commands, name="printer_file"),
    path("<uuid:payment_id>/counter/", counter.show, name="counter_show"),
    path("<uuid:payment_id>/counter/<uuid:code_id>/", counter.page, name="counter"),
]
