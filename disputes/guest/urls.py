from django.urls import path

from disputes.guest import case_page, going_up, opening, progress, question, survey

app_name = "disputes"
urlpatterns = [
    path("payment/<uuid:id>/question/", question.question, name="question"),
    path("open/", opening.start, name="open"),
    path("open/<uuid:public_id>/sent/", opening.sent, name="sent"),
    path("open/<uuid:public_id>/<slug:name>/", opening.step, name="step"),
    path("progress/", progress.ask_number, name="progress"),
    path("progress/<uuid:public_id>/", progress.enter_code, name="progress_code"),
    path("feedback/<str:token>/", survey.by_link, name="survey"),
    path("case/<str:number>/feedback/", survey.by_case, name="case_survey"),
    path("case/<str:number>/", case_page.page, name="case"),
    path("case/<str:number>/withdraw/", case_page.confirm, {"verb": "withdraw"}, name="withdraw"),
    path(
        "case/<str:number>/slip/",
        case_page.confirm,
        {"verb": "accept_slip"},
        name="accept_slip",
    ),
    path(
        "case/<str:number>/offer/accept/",
        case_page.confirm,
        {"verb": "accept_offer"},
        name="accept_offer",
    ),
    path(
        "case/<str:number>/offer/decline/",
        case_page.confirm,
        {"verb": "decline_offer"},
        name="decline_offer",
    ),
    path("case/<str:number>/links/", case_page.confirm, {"verb": "end_links"}, name="end_links"),
    path("case/<str:number>/file/", going_up.file, name="file"),
    path("case/<str:number>/file/<int:file>.pdf", going_up.download, name="file_pdf"),
    path("case/<str:number>/gone-up/", going_up.gone_up, name="gone_up"),
    path("case/<str:number>/escalate/", case_page.confirm, {"verb": "escalate"}, name="escalate"),
    path(
        "case/<str:number>/continue/", case_page.confirm, {"verb": "continue_case"}, name="continue"
    ),
]
