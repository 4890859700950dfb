from datetime import timedelta

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("账户与机构")

    def ready(self):
        from portal.accounts import sessions, sign_ins
        from portal.gate import links

        sessions.connect()
        sign_ins.connect()
        links.register(
            "invitation",
            lifetime=timedelta(hours=1),
            destination=lambda subject: reverse("account_invitation", args=[subject]),
        )
