from django.urls import path

from receipts.guest import home, lookup, mail, payment, slip, verify, verify_file

app_name = "receipts"
urlpatterns = [
    path("", home.home, name="home"),
    path("lookup/", lookup.look_up, name="lookup"),
    path("lookup/work/", lookup.new_work, name="work"),
    path("lookup/<uuid:id>/", lookup.answer, name="answer"),
    path("payment/<uuid:id>/", payment.payment, name="payment"),
    path("payment/<uuid:id>/mail/", mail.mail, name="mail"),
    path("payment/<uuid:id>/mail/sent/", mail.mail_sent, name="mail_sent"),
    path("payment/<uuid:id>/slip.pdf", slip.slip_pdf, name="slip_pdf"),
    path("payment/<uuid:id>/slip-58mm.pdf", slip.slip_pdf, {"form": "58mm"}, name="slip_58mm"),
    path("payment/<uuid:id>/slip-a4.pdf", slip.slip_pdf, {"form": "a4"}, name="slip_a4"),
    path("payment/<uuid:id>/slip.png", slip.slip_png, name="slip_png"),
    path("payment/<uuid:id>/slip/", slip.slip_page, name="slip_page"),
    path("payment/<uuid:id>/picture/", slip.slip_picture, name="slip_picture"),
    path("verify/", verify.verify, name="verify"),
    path("verify/file/", verify_file.verify_file, name="verify_file"),
    path("verify/reader/", verify_file.reader, name="verify_reader"),
    path("verify/certificate.pem", verify_file.certificate, name="certificate"),
    path("verify/certificate.cer", verify_file.certificate_der, name="certificate_der"),
    path("schema/receipt-<int:version>.json", verify_file.data_schema, name="data_schema"),
    path("verify/<str:code>/", verify.verify_code, name="verify_code"),
    # What a QR code bears: short, and in capitals.
    path("V/<str:code>", verify.verify_short, name="verify_short"),
]
