"""Whether the database holds two people (portal.accounts.two_people): asked by
`manage.py check --deploy --database default`."""

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from portal.accounts import two_people


def guards(app_configs, databases=None, **_options) -> list[CheckMessage]:
    if not databases or "default" not in databases:
        return []
    return [
        Error(
            f"The database does not hold that another person decides: {fault}.",
            hint="Find out who did that, then run `manage.py migrate`, which writes it anew.",
            id="xiaopiao.E035",
        )
        for fault in two_people.GUARDS.faults(connection)
    ]


def connect() -> None:
    register(guards, Tags.database, deploy=True)
