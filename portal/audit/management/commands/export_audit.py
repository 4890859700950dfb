"""The audit trail as a zip that proves itself: `manage.py export_audit FILE --reason …`.

Exit code 0: written; 2: it could not be done. docs/audit-verifying.md shows examples.
"""

import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.errors import NotAllowed
from portal.audit.export.make import CONTENT, NothingToExport, NotYetNumbered, export
from portal.audit.export.selection import Selection


class Command(BaseCommand):
    help = (
        "Write events, proofs, checkpoints and verify.py into a zip. Tells of itself in the trail."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="where to; - for the standard output")
        parser.add_argument("--reason", required=True, help="for whom and what for; no names")
        parser.add_argument(
            "--subject", action="append", default=[], help="case:NUMBER and the like; may repeat"
        )
        parser.add_argument(
            "--since", type=_day, metavar="DAY", help="2026-11-01, from its 0:00 on"
        )
        parser.add_argument("--until", type=_day, metavar="DAY", help="2026-11-30, to its 24:00")
        parser.add_argument(
            "--content", choices=CONTENT, default="case", help="which values come in clear"
        )
        parser.add_argument(
            "--against", action="append", type=int, default=[], metavar="SIZE",
            help="size of a checkpoint that the reader holds; may repeat",
        )  # fmt: skip

    def handle(self, *, file, reason, subject, since, until, content, against, **options):
        if subject and (since or until):
            raise CommandError("Subjects or a period, not both.", returncode=2)
        selection = Selection(tuple(subject), since, until + timedelta(days=1) if until else None)
        try:
            made = export(
                selection,
                actor=Actor.system("command"),
                reason=reason,
                content=content,
                against=against,
            )
        except (NothingToExport, NotAllowed, NotYetNumbered) as error:
            raise CommandError(f"{type(error).__name__}: {error}", returncode=2) from error
        if file == "-":
            for piece in made.write():
                sys.stdout.buffer.write(piece)
            return
        # Under another name until it is whole: half an export must not be taken for one.
        part = Path(f"{file}.part")
        with part.open("wb") as target:
            for piece in made.write():
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        part.replace(file)
        self.stdout.write(f"{file}: {len(made.numbers)} events, checkpoint of {made.size}")


def _day(text: str) -> datetime:
    return timezone.make_aware(datetime.combine(date.fromisoformat(text), datetime.min.time()))
