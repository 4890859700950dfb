"""Payments from files. Exit code 0: every row is in; 1: rows were put aside; 2: a file could not
be read. docs/formats.md says how a file must look.
"""

import json
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.accounts.models import Membership
from receipts.imports import formats, load, reasons, totals
from receipts.models import PutAside

SHOWN = 10  # rows put aside that are named on the terminal
SEPARATOR = "："


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
        actor = self._actor(by)
        try:
            formats.get(format)
        except formats.FormatError as error:
            raise CommandError(str(error), returncode=2) from None
        results = []
        for path in files:
            result = load.load_file(path, format, actor=actor, on_progress=self._progress(json))
            results.append(result)
            if not json:
                self._say(result)
        if json:
            self._print([self._described(result) for result in results])
        if any(not result.is_readable for result in results):
            sys.exit(2)
        if any(result.file and result.file.put_aside for result in results):
            sys.exit(1)

    @staticmethod
    def _actor(by: str) -> Actor:
        if not by:
            return Actor.system("import")
        membership = (
            Membership.objects.filter(user__username=by, is_active=True)
            .exclude(organisation__kind="merchant")
            .select_related("user", "organisation")
            .first()
        )
        if membership is None:
            raise CommandError(_("没有这个工作人员：{name}").format(name=by), returncode=2)
        return Actor.member(membership)

    # --- for people ------------------------------------------------------------------------------

    def _progress(self, quiet: bool):
        """A line that is written over, on a terminal only."""
        if quiet or not self.stderr.isatty():
            return None
        began = time.monotonic()

        def show(records: int, position: int, size: int) -> None:
            share = min(position / size, 1) if size else 1
            bar = "█" * int(share * 30) + "░" * (30 - int(share * 30))
            rate = records / max(time.monotonic() - began, 0.001)
            self.stderr.write(f"\r{bar} {share:4.0%} {records:,} ({rate:,.0f}/s)", ending="")
            if share == 1:
                self.stderr.write("\r" + " " * 70 + "\r", ending="")

        return show

    def _say(self, result: load.Loaded) -> None:
        name, file = result.path.name, result.file
        if result.error or file is None:
            said = result.message or reasons.of_file(result.error)
            self.stderr.write(self.style.ERROR(f"{name}{SEPARATOR}{said}"))
            return
        if result.already:
            self.stdout.write(
                _("{name}：这个文件 {when:%Y-%m-%d %H:%M} 已导入过，没有改动").format(
                    name=name, when=timezone.localtime(file.finished_at or file.started_at)
                )
            )
        elif not file.read:
            self.stdout.write(_("{name}：只有表头，没有交易").format(name=name))
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
        rows = PutAside.objects.filter(import_file=file).exclude(state=PutAside.State.SOLVED)
        for row in rows.order_by("line")[:SHOWN]:
            column = f" {row.column}" if row.column else ""
            reason = reasons.of_row(row.reason)
            line = _("  第 {line} 行{column}：{reason}")
            self.stdout.write(line.format(line=row.line, column=column, reason=reason))
        if (more := rows.count() - SHOWN) > 0:
            self.stdout.write(_("  还有 {count} 行").format(count=more))

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
                **load.counts(file),
                "totals": file.totals,
                "disagrees": file.disagrees,
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
