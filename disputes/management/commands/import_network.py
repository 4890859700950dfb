from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from disputes.errors import Refused
from disputes.network import file_import, mapping, reasons
from portal.accounts.actor import Actor


class Command(BaseCommand):
    help = "Read a file of messages from the card network (inquiries, retrievals, chargebacks)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--format",
            default="network-csv",
            help=f"one of {', '.join(mapping.names())}, or the path of a mapping file (.toml)",
        )

    def handle(self, *args, path: Path, format: str, **options) -> None:
        try:
            loaded = file_import.load(path, format, actor=Actor.system("network"))
        except Refused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(file_import.in_words(loaded))
        for notice in loaded.file.notices.filter(state="open").order_by("line"):
            found = _("第 %(line)s 行") % {"line": notice.line}
            told = (found, reasons.of_column(notice.column), reasons.of_notice(notice.reason))
            self.stdout.write("  " + _("，").join(filter(None, told)))
