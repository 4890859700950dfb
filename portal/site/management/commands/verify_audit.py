"""Check the whole audit trail as it lies in the database.

Exit code 0: all is as it was written; 1: something is wrong, the first wrong event is named;
2: it could not be checked. docs/audit-verifying.md says what each finding means.
"""

import re
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.audit import keys
from portal.audit.note import NoteError, TreeHead, open_checkpoint
from portal.site.audit import verifying
from receipts.management.terminal import Bar

LISTED = 20
NOTE = re.compile(r"^\S.*\n\d+\n[\w+/]{43}=\n(?:.+\n)*?\n(?:— \S+ \S+\n)+", re.MULTILINE)


class Command(BaseCommand):
    help = "Check chains, tree, checkpoints and contents of the audit trail."

    def add_arguments(self, parser):
        parser.add_argument(
            "--since-last", action="store_true", help="only what came after the last good check"
        )
        parser.add_argument(
            "--copy", action="append", default=[], metavar="FILE",
            help="a checkpoint, or a mail with one, that was kept outside; may repeat",
        )  # fmt: skip

    def handle(self, *, since_last, copy, **options):
        copies = [_copy(Path(name)) for name in copy]
        if copies and since_last:
            raise CommandError(_("要与外面的检查点比较，就要从头核验。"), returncode=2)
        bar = Bar(self.stderr)
        seen = verifying.look(
            since_last=since_last,
            copies=copies,
            most=LISTED,
            progress=lambda done, whole: bar(done, done, whole),
        )
        bar.close()
        if seen.faults:
            for fault in seen.faults:
                self.stdout.write(f"{verifying.in_words(fault)} [{fault}]")
            if len(seen.faults) == LISTED:
                self.stdout.write(_("……还有更多。"))
            sys.exit(1)
        self.stdout.write(
            _(
                "全部相符：核验了 {events} 个事件、{openings} 项内容、{checkpoints} 个检查点；"
                "日志共 {size} 个事件，树根 {root}"
            ).format(
                events=seen.events,
                openings=seen.openings,
                checkpoints=seen.checkpoints,
                size=seen.size,
                root=seen.root,
            )
        )


def _copy(path: Path) -> TreeHead:
    """Of a checkpoint as it came: by itself, or anywhere in a mail that was saved as text."""
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()
        text = "".join(f"{line.strip()}\n" for line in lines)
        found = NOTE.search(text)
        return open_checkpoint(found[0] if found else text, keys.verifiers())
    except (OSError, NoteError) as error:
        raise CommandError(f"{path}: {type(error).__name__}: {error}", returncode=2) from error
