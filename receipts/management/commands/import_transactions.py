"""Payments from files. Exit code 0: every row is in; 1: rows were put aside; 3: a file's own totals
are not what was read in it (it is loaded all the same); 2: a file could not be read. The gravest
counts: 2, 3, 1. docs/formats.md says how a file must look.
"""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from receipts.imports import field_names, formats, load, reasons, totals
from receipts.management.terminal import Bar, actor_named
from receipts.models import PutAside
from receipts.watch import alarms

SHOWN = 10  # rows put aside that are named on the terminal


class Command(BaseCommand):
    help = "Import payments from files (CSV): creates, completes, puts aside what cannot go in."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument(
            "--format",
            default="canonical",
            help=f"{', '.join(formats.names())}, or the path of a mapping file (.toml)",
        )
        parser.add_argument("--json", action="store_true", help="print results for programs")
        parser.add_argument("--by", default="", metavar="USERNAME", help="who imports")

    def handle(self, *, files, format, json: bool, by, **_options):
        actor = actor_named(by, "import")
        try:
            formats.get(format)
        except formats.FormatError as error:
            raise CommandError(str(error), returncode=2) from None
        results = []
        for path in files:
            bar = Bar(self.stderr, path.name, quiet=json)
            try:
                result = load.load_file(path, format, actor=actor, on_progress=bar)
            finally:
                bar.close()
            results.append(result)
            if result.file and result.file.disagrees and not result.already:
                alarms.disagrees(path.name, result.file)
            if not json:
                self._say(result)
        if json:
            self._print([self._described(result) for result in results])
        if any(not result.is_readable for result in results):
            sys.exit(2)
        if any(result.file and result.file.disagrees for result in results):
            sys.exit(3)
        if any(result.file and result.file.put_aside for result in results):
            sys.exit(1)

    # --- for people ------------------------------------------------------------------------------

    def _say(self, result: load.Loaded) -> None:
        name, file = result.path.name, result.file
        if result.error or file is None:
            said = result.message or reasons.of_file(result.error)
            self.stderr.write(self.style.ERROR(f"{name}{_('：')}{said}"))
            return
        if result.already:
            self.stdout.write(
                _("{name}：这个文件 {when:%Y-%m-%d %H:%M} 已导入过，没有改动").format(
                    name=name, when=timezone.localtime(file.finished_at or file.started_at)
                )
            )
        elif not file.read:
            self.stdout.write(_("{name}：只有表头，没有交易").format(name=name))
        elif result.shared:
            self.stdout.write(
                _("{name}：同一个文件，另一次导入也做了，以下是合起来的结果").format(name=name)
            )
        said = _(
            "{name}：读取 {read}，新增 {created}，更新 {updated}，"
            "未变 {unchanged}，搁置 {put_aside}"
        )
        self.stdout.write(said.format(name=name, **load.counts(file)))
        if file.encoding == "gb18030":
            self.stdout.write(_("  按 GB 18030（GBK）编码读取"))
        self._say_totals(file)
        if not result.already:
            self._say_put_aside(file)

    def _say_totals(self, file) -> None:
        """What the file says of itself, where it says something; loudly where that is not so."""
        if not file.disagrees:
            if file.totals:
                self.stdout.write(_("  与文件自己的合计一致"))
            return
        self.stderr.write(self.style.ERROR(_("  注意：与文件自己的合计不一致，请核对")))
        line = _("  {name}：文件 {said}，读到 {ours}")
        for name, said, ours in totals.in_words(file.totals):
            self.stderr.write(self.style.ERROR(line.format(name=name, said=said, ours=ours)))

    def _say_put_aside(self, file) -> None:
        """How many for each reason, and the first few by name."""
        rows = PutAside.objects.filter(import_file=file)
        for code, number in counted_by_reason(file).items():
            self.stdout.write(f"  {number:>8,}  {reasons.of_row(code)}")
        open_rows = rows.filter(state__in=[PutAside.State.OPEN, PutAside.State.WAITING])
        for row in open_rows.order_by("line")[:SHOWN]:
            column = f" {field_names.of(row.column)}" if row.column else ""
            reason = reasons.of_row(row.reason)
            line = _("  第 {line} 行{column}：{reason}")
            self.stdout.write(line.format(line=row.line, column=column, reason=reason))
        if (more := open_rows.count() - SHOWN) > 0:
            self.stdout.write(_("  还有 {count} 行").format(count=more))
            self.stdout.write(f"  manage.py put_aside list --file {file.pk}")

    # --- for programs ----------------------------------------------------------------------------

    def _described(self, result: load.Loaded) -> dict:
        described: dict = {"file": str(result.path), "error": result.error}
        if result.error:
            described["message"] = result.message or reasons.of_file(result.error)
        if result.file is not None:
            file = result.file
            described |= {
                "import": file.pk,
                "sha256": file.sha256,
                "format": file.format,
                "encoding": file.encoding,
                "already": result.already,
                "shared": result.shared,
                **load.counts(file),
                "totals": file.totals,
                "disagrees": file.disagrees,
                "put_aside_by_reason": counted_by_reason(file),
                "started_by": file.started_by,
                "started_at": file.started_at.isoformat(),
                "finished_at": file.finished_at.isoformat() if file.finished_at else None,
                "rows_put_aside": [
                    {
                        "line": row.line,
                        "column": row.column,
                        "reason": row.reason,
                        "state": row.state,
                        "message": reasons.of_row(row.reason),
                    }
                    for row in PutAside.objects.filter(import_file=file).order_by("line")
                ],
            }
        return described

    def _print(self, described: list[dict]) -> None:
        self.stdout.write(json.dumps({"files": described}, ensure_ascii=False, indent=2))


def counted_by_reason(file) -> dict[str, int]:
    """Why its rows were put aside, the most frequent first; as they stand now."""
    rows = PutAside.objects.filter(import_file=file).values_list("reason")
    return dict(rows.annotate(n=Count("pk")).order_by("-n", "reason"))
