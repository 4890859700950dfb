from django.urls import path

from disputes.desk import (
    exporting,
    improve_views,
    money_views,
    network_giving,
    network_views,
    queue_views,
    replies,
    upward_views,
    views,
)
from disputes.year import views as year_views

app_name = "desk"
urlpatterns = [
    path("", queue_views.desk, name="queue"),
    path("rows/", queue_views.rows, name="rows"),
    path("several/", queue_views.several, name="several"),
    path("export/cases.csv", exporting.cases, name="export_cases"),
    path("export/messages.csv", exporting.messages, name="export_messages"),
    path("export/network.csv", exporting.network, name="export_network"),
    path("money/", money_views.money, name="money"),
    path("money/settle/", money_views.settle, name="settle_difference"),
    path("money/export.csv", money_views.export, name="export_money"),
    path("improve/", improve_views.improve, name="improve"),
    path("improve/act/", improve_views.act, name="improve_act"),
    path("network/", network_views.disputes, name="network"),
    path("network/enter/", network_views.enter, name="network_enter"),
    path("network/give/<uuid:payment>/", network_giving.give, name="network_give"),
    path("network/<uuid:public_id>/", network_views.dispute, name="network_dispute"),
    path("network/<uuid:public_id>/act/", network_views.act, name="network_act"),
    path(
        "network/<uuid:public_id>/sent/<int:step>/",
        network_views.evidence,
        name="network_evidence",
    ),
    path("replies/", replies.of_institution, name="replies"),
    path("views/", queue_views.keep_view, name="keep_view"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/act/", views.act, name="act"),
    path("cases/<str:number>/writing/", views.writing_kept, name="writing"),
    path("cases/<str:number>/assign/", views.assign, name="assign"),
    path("cases/<str:number>/contact/", views.unmask, name="unmask"),
    path("cases/<str:number>/trail/", views.trail, name="trail"),
    path("cases/<str:number>/upward/", upward_views.page, name="upward"),
    path("cases/<str:number>/files/<int:file>.pdf", upward_views.download, name="case_file"),
    path("year/", year_views.this_year, name="this_year"),
    path("year/<int:year>/", year_views.table, name="year"),
    path("year/<int:year>/table.csv", year_views.table_csv, name="year_csv"),
    path("year/<int:year>/cases/", year_views.register, name="year_cases"),
    path("year/<int:year>/register.csv", year_views.register_csv, name="year_register_csv"),
]
