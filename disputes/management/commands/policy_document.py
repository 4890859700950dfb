from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from disputes.policy import document


class Command(BaseCommand):
    help = "Write docs/policy.md from the policy's table."

    def handle(self, *args, **options) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "policy.md"
        target.write_text(document.write(), encoding="utf-8")
        self.stdout.write(f"{target} written")
