"""Canaries among the payments: make some, list them, take the old ones away.

A look-up that finds one is an alarm to operations and supervisors. Whoever may run commands here
may see the list; no page shows it. docs/look-up.md says how many are worth having.
"""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import money
from portal.accounts.errors import Invalid
from receipts import canaries
from receipts.management.terminal import actor_named


class Command(BaseCommand):
    help = "Payments that nobody can know: a look-up that finds one is an alarm."

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        making = verbs.add_parser("make", help="so many more, among the payments of the last days")
        making.add_argument("count", type=int)
        making.add_argument("--days", type=int, default=canaries.DAYS)
        listing = verbs.add_parser("list", help="those there are, the newest payment first")
        listing.add_argument("--limit", type=int, default=50)
        removing = verbs.add_parser("remove", help="those of payments older than so many days")
        removing.add_argument("--older-than", type=int, required=True, metavar="DAYS")
        for verb in (making, removing):
            verb.add_argument("--by", default="", metavar="USERNAME", help="who does this")

    def handle(self, *, verb, **options):
        getattr(self, f"_{verb}")(**options)

    def _make(self, *, count, days, by, **_options) -> None:
        try:
            made = canaries.make(count, days=days, actor=actor_named(by, "canary_payments"))
        except Invalid as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{made} canaries made.")
        if made < count:
            self.stderr.write("There are too few payments in those days for more.")

    def _list(self, *, limit, **_options) -> None:
        for canary in canaries.all_of_them()[:limit]:
            local = timezone.localtime(canary.occurred_at)
            amount = money.text(canary.amount_minor, canary.currency)
            self.stdout.write(
                f"{canary.pk}  {local:%Y-%m-%d %H:%M}  {amount}  {canary.card_tail}"
                f"  {canary.merchant.merchant_no} {canary.merchant.name}"
            )

    def _remove(self, *, older_than, by, **_options) -> None:
        before = timezone.now() - timedelta(days=older_than)
        removed = canaries.remove(before, actor=actor_named(by, "canary_payments"))
        self.stdout.write(f"{removed} canaries removed.")
