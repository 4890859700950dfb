from pathlib import Path

from celery import shared_task
from django.conf import settings

from receipts.watch import taking


@shared_task
def watch_folder() -> None:
    taking.look(Path(settings.WATCH_FOLDER))
