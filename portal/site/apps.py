from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "portal.site"
    label = "portal_site"
    verbose_name = "门户"

    def ready(self):
        from portal.site import checks  # noqa: F401  registers them
