"""Whether the trail is append-only here: asked of the database itself.

`manage.py check --deploy --database default` tells; a production process (PUBLIC_URL is https)
asks at its start, and does not start when the answer is no.
"""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from portal.audit import guards, keys
from portal.audit.owner import let_go, powers


def append_only() -> list[CheckMessage]:
    found: list[CheckMessage] = [
        Error(
            f"The audit trail is not append-only: {fault}.",
            hint="Find out who did that, then run `manage.py audit_triggers --renew` "
            "(docs/audit.md).",
            id="xiaopiao.E030",
        )
        for fault in guards.faults(connection)
    ]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            found += [
                Error(
                    f"The database role of DATABASE_URL could undo the audit trail: {power}.",
                    hint="Run the product under a role of its own, and migrations under the "
                    "owner's, in MIGRATE_DATABASE_URL (docs/install.md).",
                    id="xiaopiao.E031",
                )
                for power in powers(cursor)
            ]
    return found


@register(Tags.database, deploy=True)
def trail(app_configs, databases=None, **_options) -> list[CheckMessage]:
    return append_only() if databases and "default" in databases else []


@register(deploy=True)
def signing_keys(app_configs, **_options) -> list[CheckMessage]:
    if not settings.AUDIT_KEYS:
        return [
            Error(
                "Checkpoints are signed with a key that this machine made for itself.",
                hint="Set AUDIT_KEYS (docs/audit.md).",
                id="xiaopiao.E032",
            )
        ]
    try:
        keys.signers()
    except keys.KeyUnusable as error:
        return [
            Error(
                f"No checkpoint can be signed: {error}",
                hint="Look at AUDIT_KEYS, AUDIT_KEY_PASSPHRASE, AUDIT_ORIGIN (docs/settings.md).",
                id="xiaopiao.E033",
            )
        ]
    return []


def refuse_to_start() -> None:
    """For the entry points of production. Raises ImproperlyConfigured."""
    if not settings.SERVED_OVER_TLS:
        return
    found = append_only()
    let_go()
    if found:
        lines = [f"{each.id}: {each.msg}\n  {each.hint}" for each in found]
        raise ImproperlyConfigured("\n".join(["Not started.", *lines]))
