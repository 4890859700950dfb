from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    name = "receipts"
    verbose_name = _("小票")

    def ready(self) -> None:
        from portal.outbox import news
        from portal.viewing import sweep
        from portal.words import index
        from receipts import keeping, look_up_alarm, merchant_search, what_we_hold, whose
        from receipts.slip import by_mail, counter

        sweep.register("payment", whose.of_payments)
        index.register(merchant_search.KIND, merchant_search.all_things)
        what_we_hold.register()
        keeping.register()
        by_mail.register()
        counter.register()
        news.subscribe("look_up_attack_began", look_up_alarm.began)
        news.subscribe("look_up_attack_ended", look_up_alarm.ended)
        news.subscribe("look_up_canary_hit", look_up_alarm.canary_hit)
