from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import pgettext_lazy


class DisputesConfig(AppConfig):
    name = "disputes"
    verbose_name = pgettext_lazy("app", "案件")

    def ready(self) -> None:
        from disputes import (
            beside_payment,
            case_links,
            erasing,
            money_guard,
            subscriptions,
            whose,
            wording,
            words_of_mail,
        )
        from disputes.casefile import matter, money, talk, trail
        from disputes.guest import rights
        from disputes.network import calendar_moves, guards, reading_rights, told_by_files
        from portal.accounts import two_people
        from portal.viewing import sweep

        sweep.register("case", whose.of_cases)
        case_links.register()
        subscriptions.register()
        rights.register()
        beside_payment.register()
        wording.register()
        words_of_mail.register()
        erasing.register()
        money_guard.GUARDS.follow_migrations(self, "money_guard")
        money_guard.GUARDS.tell("xiaopiao.E034", "refunds below what was captured")
        guards.register(self)
        reading_rights.register()
        calendar_moves.register()
        told_by_files.register()
        two_people.register(
            two_people.Decision(
                table="disputes_extension",
                decided_by="answered_by_id",
                state="answer",
                decided=("approved", "refused"),
                fixed=("case_id", "clock", "limit"),
                words="reason",
            )
        )
        for sections in (matter, money, talk, trail):
            sections.register_all()
        from disputes.models import Case, NetworkDispute
        from portal.audit import holdings

        name = pgettext_lazy("several", "案件")
        holdings.register(
            holdings.of_model("case", "case.opened", name, Case, key="number", made="opened_at")
        )
        holdings.register(
            holdings.of_model(
                "network",
                "network.opened",
                pgettext_lazy("several", "银联差错"),
                NetworkDispute,
                key="public_id",
                made="opened_at",
            )
        )
        post_migrate.connect(begin_policy, sender=self)


def begin_policy(sender, using="default", **_kwargs) -> None:
    """A database emptied by `flush` gets its first policy again: no case can begin without."""
    from disputes.models import PolicyVersion
    from disputes.policy import limits

    versions = PolicyVersion.objects.using(using)
    if not versions.exists():
        versions.create(number=1, limits=limits.DEFAULTS, note="首版：默认时限")
