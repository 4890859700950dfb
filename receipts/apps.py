from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    name = "receipts"
    verbose_name = _("小票")

    def ready(self) -> None:
        from receipts.slip import by_mail, counter

        by_mail.register()
        counter.register()
