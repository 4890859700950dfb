from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "portal.site"
    label = "portal_site"
    verbose_name = _("门户")

    def ready(self):
        from portal.outbox import news
        from portal.site import (
            audit_alarm,
            checks,  # noqa: F401  registers them
        )

        news.subscribe("audit_not_signed", audit_alarm.not_signed)
