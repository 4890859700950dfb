"""Say which files are expected: their names, their format, on which days and until when."""

from datetime import time

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid
from receipts.models import FileSource
from receipts.watch import sources


class Command(BaseCommand):
    help = "Set a source of files of the watch folder, or --remove it; without a name, list them."

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?")
        parser.add_argument("--pattern", help="of the file's name, such as 'allinpay-*.csv'")
        parser.add_argument("--format", default="canonical", help="name, or path of a .toml")
        parser.add_argument(
            "--days", default="daily", help="daily, weekdays, working, or a list such as mon,thu"
        )
        parser.add_argument("--due", metavar="HH:MM", help="Shanghai; later than that: an alarm")
        parser.add_argument("--grace", type=int, default=0, metavar="MINUTES", help="after --due")
        parser.add_argument("--remove", action="store_true")

    def handle(self, *, name, remove, **options):
        actor = Actor.system("file_source")
        if not name:
            return self._list()
        if remove:
            try:
                sources.remove(name, actor=actor)
            except FileSource.DoesNotExist:
                raise CommandError(f"There is no source {name}.") from None
        else:
            self._put(name, actor, **options)

    @staticmethod
    def _put(name, actor, *, pattern, format, days, due, grace, **_options) -> None:
        try:
            due_at = time.fromisoformat(due) if due else None
            sources.put(
                name,
                pattern=pattern or "",
                format=format,
                days=days,
                due_at=due_at,
                grace_minutes=grace,
                actor=actor,
            )
        except Invalid as error:
            raise CommandError(f"--{error.field}: {error.message}") from None
        except ValueError as error:
            raise CommandError(str(error)) from None

    def _list(self) -> None:
        for source in FileSource.objects.all():
            grace = f" + {source.grace_minutes} min" if source.grace_minutes else ""
            due = f"due {source.due_at:%H:%M}{grace}" if source.due_at else "no alarm"
            came = f"last came {source.last_came_on}" if source.last_came_on else "never came"
            if source.missing_for:
                came += f", missing for {source.missing_for}"
            self.stdout.write(
                f"{source.name}  {source.pattern}  {source.format}  {source.days}  {due}  {came}"
            )
