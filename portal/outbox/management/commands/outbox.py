"""What waits, what failed for good, and another try for the latter."""

import json

from django.core.management.base import BaseCommand
from django.db.models import Count, Min

from portal.outbox import delivery
from portal.outbox.models import Entry


class Command(BaseCommand):
    help = "Count the outbox by kind and state; --retry-dead tries again what was given up."

    def add_arguments(self, parser):
        parser.add_argument("--retry-dead", action="store_true")
        parser.add_argument("--topic", help="only entries of this topic")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *, retry_dead, topic, **options):
        entries = Entry.objects.filter(topic=topic) if topic else Entry.objects.all()
        revived = delivery.revive(entries) if retry_dead else 0
        counts = [
            {**row, "oldest": row["oldest"].isoformat(timespec="seconds")}
            for row in entries.values("kind", "state")
            .annotate(number=Count("pk"), oldest=Min("created_at"))
            .order_by("kind", "state")
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"revived": revived, "entries": counts}))
            return
        if retry_dead:
            self.stdout.write(f"{revived} given up before, to be tried again now.")
        for row in counts:
            self.stdout.write("{kind:5} {state:8} {number:7}   since {oldest}".format(**row))
        if not counts:
            self.stdout.write("The outbox is empty.")
