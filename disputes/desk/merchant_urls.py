from django.urls import path

from disputes.desk import exporting, network_merchant, notices, replies
from disputes.desk import merchant_views as views

app_name = "merchant_cases"
urlpatterns = [
    path("", views.cases, name="cases"),
    path("export/cases.csv", exporting.merchant_cases, name="export_cases"),
    path("export/messages.csv", exporting.merchant_messages, name="export_messages"),
    path("network/<uuid:public_id>/", network_merchant.dispute, name="network"),
    path("network/<uuid:public_id>/slip/", network_merchant.give, name="network_slip"),
    path("notices/", notices.of_merchant, name="notices"),
    path("replies/", replies.of_merchant, name="replies"),
    path("<str:number>/", views.case, name="case"),
    path("<str:number>/act/", views.act, name="act"),
    path("<str:number>/writing/", views.writing_kept, name="writing"),
]
