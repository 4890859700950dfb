"""The sample month: a small acquirer's shops, payments, lost slips and cases."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.site import demo


class Command(BaseCommand):
    help = "Makes the sample data in an empty database; --json prints what to try in it."

    def add_arguments(self, parser):
        parser.add_argument(
            "--json", action="store_true", help="only print what to try, as JSON; create nothing"
        )
        parser.add_argument(
            "--rows",
            type=int,
            metavar="N",
            help="instead, N payments to measure with: no people, no cases",
        )

    def handle(self, *args, **options):
        if options["json"]:
            self.stdout.write(json.dumps(demo.what_to_try(), ensure_ascii=False, indent=2))
            return
        if options["rows"] is not None:
            self._make_rows(options["rows"])
            return
        try:
            made = demo.make(progress=self.stderr.write)
        except demo.NotEmpty as error:
            raise CommandError(str(error)) from error
        done = _("示例数据已备好：{merchants} 家商户，{payments} 笔交易，{cases} 件案件。")
        self.stdout.write(done.format(**made))

    def _make_rows(self, rows: int) -> None:
        if rows < 1:
            raise CommandError("--rows: 1…")
        try:
            made = demo.make_rows(rows, progress=self.stderr.write)
        except demo.NotEmpty as error:
            raise CommandError(str(error)) from error
        done = _("示例交易已备好：{payments} 笔，{merchants} 家商户，用时 {seconds:.0f} 秒。")
        self.stdout.write(done.format(**made))
