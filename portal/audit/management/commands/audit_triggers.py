"""Puts the triggers of the audit trail back, as the owner of its tables, and writes that down."""

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.audit import guards
from portal.audit.owner import owner


class Command(BaseCommand):
    help = "Say which triggers of the audit trail are missing or altered; with --renew, mend them."

    def add_arguments(self, parser):
        parser.add_argument("--renew", action="store_true", help="write them anew")

    def handle(self, *, renew: bool, **_options):
        with owner():
            found = guards.faults(connection)
            for fault in found:
                self.stdout.write(fault)
            if found and renew:
                with transaction.atomic():
                    guards.install(connection)
                    audit.record(
                        "audit:log",
                        "audit.triggers_renewed",
                        actor=Actor.system("command"),
                        before={"faults": sorted(found)},
                    )
                self.stdout.write("Written anew.")
        if not found:
            self.stdout.write("All triggers are there and as they must be.")
        elif not renew:
            raise SystemExit(1)
