"""Whether the database holds what goes back of payments together (disputes.money_guard): asked by
`manage.py check --deploy --database default`."""

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from disputes import money_guard


def guards(app_configs, databases=None, **_options) -> list[CheckMessage]:
    if not databases or "default" not in databases:
        return []
    return [
        Error(
            f"The database does not hold refunds below what was captured: {fault}.",
            hint="Find out who did that, then run `manage.py migrate`, which writes it anew.",
            id="xiaopiao.E034",
        )
        for fault in money_guard.GUARDS.faults(connection)
    ]


def register_checks() -> None:
    register(guards, Tags.database, deploy=True)
