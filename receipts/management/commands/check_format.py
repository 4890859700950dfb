"""Try a format on a file: what the first rows become, what is not understood, what may help.

Nothing is written to the database. Exit code 0: every row tried would go in; 1: some would be put
aside; 2: the file cannot be read in this format.
"""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from receipts.imports import formats, reasons, trial
from receipts.imports.reading import NotReadable


class Command(BaseCommand):
    help = "Show what a mapping file makes of the first rows of a file, and suggest."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--format",
            default="",
            help=f"{', '.join(formats.names())}, or a .toml; without it, the one that fits",
        )
        parser.add_argument("--rows", type=int, default=5, help="how many rows to show")

    def handle(self, *, file: Path, format: str, rows: int, **_options):
        try:
            chosen = formats.get(format) if format else self._fitting(file)
        except formats.FormatError as error:
            raise CommandError(str(error), returncode=2) from None
        result = trial.tried(file, chosen, max(rows, 0))
        self.stdout.write(
            _("{file}，按 {format}（{title}）读取").format(
                file=file.name, format=chosen.name, title=chosen.title
            )
        )
        if result.error:
            self.stderr.write(self.style.ERROR(result.message or reasons.of_file(result.error)))
        else:
            self._say_columns(result)
            self._say_rows(result)
            self._say_counts(result)
        for suggestion in result.suggestions:
            self.stdout.write(f"→ {suggestion}")
        if result.error:
            sys.exit(2)
        if result.aside:
            sys.exit(1)

    @staticmethod
    def _fitting(file: Path) -> formats.Format:
        canonical = formats.get("canonical")
        try:
            content = trial.head(file)
        except (NotReadable, OSError):
            return canonical
        known = (formats.get(name) for name in formats.names())
        return next((each for each in known if trial.fits(content, each)), canonical)

    def _say_columns(self, result: trial.Trial) -> None:
        self.stdout.write(_("编码 {encoding}").format(encoding=result.encoding))
        if not result.columns:
            return
        self.stdout.write(_("列："))
        dropped = {formats.plain(title) for title in result.format.drop}
        for title, field in result.columns:
            ignored = _("不读取") if formats.plain(title) in dropped else _("没有对应，不读取")
            self.stdout.write(f"  {title} → {field or ignored}")

    def _say_rows(self, result: trial.Trial) -> None:
        for row in result.rows:
            self.stdout.write(_("第 {line} 行").format(line=row.line) + _("："))
            if row.reason:
                column = f"{row.column} " if row.column else ""
                why = f"  {_('搁置')}{_('：')}{column}{reasons.of_row(row.reason)}"
                self.stdout.write(self.style.ERROR(why))
            for name, text in row.fields.items():
                self.stdout.write(f"  {name} = {text}")

    def _say_counts(self, result: trial.Trial) -> None:
        said = _("前 {read} 行：{good} 行可以导入，{aside} 行会被搁置")
        self.stdout.write(
            said.format(read=result.read, good=result.understood, aside=result.aside.total())
        )
        if result.skipped:
            self.stdout.write(_("按格式跳过 {count} 行").format(count=result.skipped))
        for (column, reason), count in result.aside.most_common():
            self.stdout.write(f"  {count} × {column} {reasons.of_row(reason)}".rstrip())
