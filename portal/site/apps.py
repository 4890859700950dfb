from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "portal.site"
    label = "portal_site"
    verbose_name = _("门户")

    def ready(self):
        from portal.accounts.models import Role
        from portal.site import checks  # noqa: F401  registers them
        from portal.site.navigation import INSTITUTION, MERCHANT, Place

        people = ("account_people", _("人员"), "people-fill", "/account/people/")
        INSTITUTION.append(Place(*people, roles=(Role.ADMINISTRATOR,)))
        MERCHANT.append(Place(*people, roles=(Role.MANAGER,)))
        INSTITUTION.append(
            Place("admin:index", _("资料"), "list-check", "/admin/", roles=(Role.ADMINISTRATOR,))
        )
