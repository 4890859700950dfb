from django.urls import path

from receipts.panel import views

app_name = "merchant"
urlpatterns = [
    path("", views.payments, name="payments"),
    path("<uuid:payment_id>/", views.payment, name="payment"),
    path("<uuid:payment_id>/slip.pdf", views.slip, name="slip"),
]
