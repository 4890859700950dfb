from django.apps import AppConfig


class ViewingConfig(AppConfig):
    name = "portal.viewing"
    label = "viewing"

    def ready(self) -> None:
        from portal.audit import reading
        from portal.viewing import budget

        reading.ask_first(budget.check)
