from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ErasureConfig(AppConfig):
    name = "portal.erasure"
    label = "erasure"
    verbose_name = _("删除与保存期")

    def ready(self) -> None:
        from portal.erasure import accounts, ground

        accounts.register()
        ground.register()
