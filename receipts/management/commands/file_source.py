"""Say which files are expected: their names, their format, and until when each day."""

import re
from datetime import time

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal import audit
from portal.accounts.actor import Actor
from receipts.imports import formats
from receipts.models import FileSource


class Command(BaseCommand):
    help = "Set a source of files of the watch folder, or --remove it; without a name, list them."

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?")
        parser.add_argument("--pattern", help="of the file's name, such as 'allinpay-*.csv'")
        parser.add_argument("--format", default="canonical", help="name, or path of a .toml")
        parser.add_argument("--due", metavar="HH:MM", help="Shanghai; later than that: an alarm")
        parser.add_argument("--remove", action="store_true")

    @transaction.atomic
    def handle(self, *, name, pattern, format, due, remove, **_options):
        if not name:
            return self._list()
        if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
            raise CommandError("The source's name is 1 to 40 of a-z, 0-9 and hyphen.")
        before = FileSource.objects.filter(name=name).first()
        if remove:
            if before is None:
                raise CommandError(f"There is no source {name}.")
            before.delete()
            after = {}
        else:
            after = self._wanted(pattern, format, due)
            FileSource.objects.update_or_create(name=name, defaults=after)
        audit.record(
            f"file_source:{name}",
            "file_source_removed" if remove else "file_source_set",
            actor=Actor.system("file_source"),
            before=_facts(before.__dict__) if before else {},
            after=_facts(after),
        )

    @staticmethod
    def _wanted(pattern, format, due) -> dict:
        if not pattern:
            raise CommandError("Say --pattern, such as 'allinpay-*.csv'.")
        if len(pattern) > 100 or "/" in pattern:
            raise CommandError("A pattern is of the file's name alone, up to 100 characters.")
        try:
            formats.get(format)
            due_at = time.fromisoformat(due) if due else None
        except (formats.FormatError, ValueError) as error:
            raise CommandError(str(error)) from None
        return {"pattern": pattern, "format": format, "due_at": due_at}

    def _list(self) -> None:
        for source in FileSource.objects.all():
            due = f"due {source.due_at:%H:%M}" if source.due_at else "no alarm"
            came = f"last came {source.last_came_on}" if source.last_came_on else "never came"
            self.stdout.write(f"{source.name}  {source.pattern}  {source.format}  {due}  {came}")


def _facts(values: dict) -> dict[str, str]:
    return {name: str(values.get(name) or "") for name in ("pattern", "format", "due_at")}
