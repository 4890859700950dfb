"""The State Council's notice from a file, as it was published."""

import sys

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid
from portal.calendar import changes, notice


class Command(BaseCommand):
    help = (
        "Read the State Council's yearly notice on public holidays from a text file, or - for "
        "standard input, and enter its days off and make-up days."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="UTF-8 text, title included; - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="print what was read, no more")

    def handle(self, *, file, dry_run, **_options):
        text = self._text(file)
        try:
            if dry_run:
                read = notice.read(text)
            else:
                read = changes.enter_notice(text, actor=Actor.system("import_holidays"))
        except Invalid as error:
            raise CommandError(error.message) from None
        for each in read.days:
            self.stdout.write(f"{each.day} {'上班' if each.works else '放假'} {each.name}")

    def _text(self, file: str) -> str:
        try:
            if file == "-":
                return sys.stdin.buffer.read(4 * notice.MOST + 4).decode("utf-8-sig")
            with open(file, "rb") as opened:
                return opened.read(4 * notice.MOST + 4).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file}: {error}") from None
