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

    def handle(self, *args, **options):
        if options["json"]:
            self.stdout.write(json.dumps(demo.what_to_try(), ensure_ascii=False, indent=2))
            return
        try:
            made = demo.make(progress=self.stderr.write)
        except demo.NotEmpty as error:
            raise CommandError(str(error)) from error
        done = _("示例数据已备好：{merchants} 家商户，{payments} 笔交易，{cases} 件案件。")
        self.stdout.write(done.format(**made))
