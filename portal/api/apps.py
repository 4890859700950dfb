from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "portal.api"
    label = "api"
    verbose_name = _("接口")

    def ready(self) -> None:
        from portal.api.models import ApiKey
        from portal.audit import holdings

        holdings.register(
            holdings.of_model(
                "api_key", "api_key_issued", _("接口密钥"), ApiKey, key="prefix", made="created_at"
            )
        )
