from datetime import timedelta

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("账户与机构")

    def ready(self):
        from portal.accounts import sessions, sign_ins, two_people
        from portal.gate import links

        self._tell_what_we_hold()
        sessions.connect()
        sign_ins.connect()
        two_people.GUARDS.follow_migrations(self, "two_people")
        two_people.GUARDS.tell("xiaopiao.E035", "that another person decides")
        links.register(
            "invitation",
            lifetime=timedelta(hours=1),
            destination=lambda subject: reverse("account_invitation", args=[subject]),
        )

    @staticmethod
    def _tell_what_we_hold() -> None:
        from portal.accounts.models import Invitation, Organisation, User
        from portal.audit import holdings

        for kind, begins, name, model, made in (
            (
                "organisation",
                "organisation.opened",
                _("机构和商户账户"),
                Organisation,
                "created_at",
            ),
            ("account", "account.opened", pgettext_lazy("several", "账号"), User, "date_joined"),
            (
                "invitation",
                "invitation.sent",
                pgettext_lazy("several", "邀请"),
                Invitation,
                "created_at",
            ),
        ):
            holdings.register(
                holdings.of_model(kind, begins, name, model, key="public_id", made=made)
            )
