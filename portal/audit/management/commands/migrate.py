"""`manage.py migrate`, under the owner's role where MIGRATE_DATABASE_URL names one."""

from django.core.management.commands import migrate

from portal.audit.owner import owner


class Command(migrate.Command):
    def handle(self, *args, **options):
        with owner():
            super().handle(*args, **options)
