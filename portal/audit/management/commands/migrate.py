"""`manage.py migrate`, under the owner's role where MIGRATE_DATABASE_URL names one."""

from django.core.management.commands import migrate
from django.db import connections

from portal.audit.owner import owner
from portal.sqlite3 import planner


class Command(migrate.Command):
    def handle(self, *args, **options):
        with owner():
            super().handle(*args, **options)
        planner.learn(connections[options["database"]])  # an index may be new
