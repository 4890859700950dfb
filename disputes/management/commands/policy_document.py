from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from disputes.policy import document, network_document


class Command(BaseCommand):
    help = "Write docs/policy.md and docs/network.md from the policy's tables."

    def handle(self, *args, **options) -> None:
        for name, write in (("policy", document.write), ("network", network_document.write)):
            target = Path(settings.BASE_DIR) / "docs" / f"{name}.md"
            target.write_text(write(), encoding="utf-8")
            self.stdout.write(f"{target} written")
