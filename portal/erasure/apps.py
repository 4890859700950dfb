from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ErasureConfig(AppConfig):
    name = "portal.erasure"
    label = "erasure"
    verbose_name = _("删除与保存期")

    def ready(self) -> None:
        from portal.accounts import two_people
        from portal.erasure import accounts, ground

        accounts.register()
        ground.register()
        two_people.register(
            two_people.Decision(
                table="erasure_request",
                decided_by="decided_by_id",
                state="state",
                decided=("approved", "refused"),
                fixed=("public_id", "ground"),
                words="words",
            )
        )
