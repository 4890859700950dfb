"""Load what lies in the watch folder. Exit code 1: a file was broken, one did not come, or
the bucket could not be reached."""

import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from receipts.watch import taking


class Command(BaseCommand):
    help = (
        "Take the files that lie whole in the watch folder, load them, and move them to done/ or "
        "broken/ with a report; tell operations of broken files and of those that did not come."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", help="without: WATCH_FOLDER")
        parser.add_argument("--every", type=float, metavar="SECONDS", help="again and again")

    def handle(self, *, folder, every, **_options):
        folder = folder or settings.WATCH_FOLDER
        if not folder:
            raise CommandError("Name a folder, or set WATCH_FOLDER.")
        in_bucket = folder.startswith("s3://")
        if in_bucket and folder != settings.WATCH_FOLDER:
            raise CommandError("A bucket is named by WATCH_FOLDER alone.")
        if not in_bucket and not Path(folder).is_dir():
            raise CommandError(f"There is no folder {folder}.")
        while True:
            result = taking.look_as_set() if in_bucket else taking.look(Path(folder))
            self._say(result)
            if every is None:
                sys.exit(1 if result.broken or result.missing or result.away else 0)
            time.sleep(every)

    def _say(self, result: taking.Look) -> None:
        if result.is_busy:
            self.stdout.write("Another look at this folder has not ended.")
        if result.away:
            self.stdout.write(f"The bucket cannot be reached: {result.away}. Nothing is lost.")
        for said, names in (
            ("loaded", result.loaded),
            ("broken", result.broken),
            ("still being written", result.later),
            ("did not come", result.missing),
        ):
            for name in names:
                self.stdout.write(f"{said}: {name}")
