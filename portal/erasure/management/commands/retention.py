"""What is older than its retention period; `--enforce` lets go of it (docs/privacy.md)."""

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.erasure import retention


class Command(BaseCommand):
    help = "Say what is older than its retention period. Changes nothing without --enforce."

    def add_arguments(self, parser):
        parser.add_argument("--enforce", action="store_true", help="let go of it now")

    def handle(self, *, enforce, **options):
        for each in retention.due():
            self.stdout.write(
                _("{name}：保存 {days} 天（{source}）；早于 {before} 的有 {number} 项").format(
                    name=each.kept.label,
                    days=each.days,
                    source=each.kept.source,
                    before=timezone.localtime(each.before).strftime("%Y-%m-%d"),
                    number=each.number,
                )
            )
        if not enforce:
            self.stdout.write(_("这是试算，什么都没有删。要执行，请加 --enforce。"))
            return
        for name, number in retention.enforce().items():
            if number:
                self.stdout.write(_("{name}：已删除 {number} 项").format(name=name, number=number))
