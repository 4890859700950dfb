"""After a restore: erase again what was erased since the backup was made (docs/privacy.md)."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.erasure import replaying


class Command(BaseCommand):
    help = "Erase and lock again what the list says and the database has not."

    def add_arguments(self, parser):
        parser.add_argument("--list", type=Path, help="another list than ERASURE_LIST")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *, list, dry_run, **options):
        if list and not list.exists():
            raise CommandError(_("没有这个文件：{path}").format(path=list))
        try:
            found = replaying.undone(list) if dry_run else replaying.replay(list)
        except replaying.Unreadable as error:
            raise CommandError(_("清单的这一行读不懂：{line}").format(line=error)) from error
        for line in found:
            self.stdout.write(f"{line.subject} {line.state} {line.ground}")
        words = _("要再做 {number} 项") if dry_run else _("又做了 {number} 项")
        self.stdout.write(words.format(number=len(found)))
