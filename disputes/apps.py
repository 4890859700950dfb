from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "disputes"
    verbose_name = "案件"

    def ready(self) -> None:
        from disputes import case_links, subscriptions

        case_links.register()
        subscriptions.register()
