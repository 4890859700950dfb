from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "portal.audit"
    label = "audit"
    verbose_name = _("审计记录")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from portal.audit import checks  # noqa: F401  registers itself

        post_migrate.connect(_still_append_only, sender=self)


def _still_append_only(sender, using="default", **_kwargs) -> None:
    """SQLite rebuilds a table that a migration alters, and its triggers go with the old one."""
    from django.db import connections
    from django.db.migrations.recorder import MigrationRecorder

    from portal.audit import guards

    connection = connections[using]
    applied = MigrationRecorder(connection).applied_migrations()
    if ("audit", "0004_only_grows") in applied and (found := guards.faults(connection)):
        raise RuntimeError(
            f"The audit trail is not append-only: {'; '.join(found)}. "
            "See `manage.py audit_triggers` (docs/audit.md)."
        )
