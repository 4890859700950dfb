from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from disputes import policy_picture
from disputes.policy import document, network_document


class Command(BaseCommand):
    help = "Write docs/policy.md, its pictures and docs/network.md from the policy's tables."

    def handle(self, *args, **options) -> None:
        files = {"policy.md": document.write(), "network.md": network_document.write()}
        for name, text in (files | policy_picture.files()).items():
            target = Path(settings.BASE_DIR) / "docs" / name
            target.write_text(text, encoding="utf-8")
            self.stdout.write(f"{target} written")
