from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    name = "receipts"
    verbose_name = _("小票")

    def ready(self) -> None:
        from portal.outbox import news
        from receipts import look_up_alarm
        from receipts.slip import by_mail, counter

        by_mail.register()
        counter.register()
        news.subscribe("look_up_attack_began", look_up_alarm.began)
        news.subscribe("look_up_attack_ended", look_up_alarm.ended)
