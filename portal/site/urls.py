from django.urls import path

from portal.site import board, health, merchant_home, views
from portal.site.people.views import close_for_merchant, open_for_merchant

app_name = "site"
urlpatterns = [
    path("account/people/merchant/", open_for_merchant, name="open_merchant"),
    path(
        "account/people/merchant/<uuid:public_id>/close/", close_for_merchant, name="close_merchant"
    ),
    path("help/", views.guide, name="help"),
    path("rights/", views.rights, name="rights"),
    path("privacy/", views.privacy, name="privacy"),
    path("language/", views.language, name="language"),
    path("favicon.ico", views.favicon),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("desk/board/", board.board, name="board"),
    path("merchant/", merchant_home.home, name="merchant"),
    path("merchant/organisation/", merchant_home.switch, name="merchant_switch"),
]
