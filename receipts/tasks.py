from celery import shared_task

from receipts.slip import ahead, archive, by_mail
from receipts.watch import expected, taking


@shared_task
def watch_folder() -> None:
    taking.look_as_set()


@shared_task
def notice_missing_files() -> None:
    """Also where files are loaded by command alone, and while the folder is away."""
    expected.notice()


@shared_task
def draw_slips() -> int:
    return ahead.draw_due()


@shared_task
def forget_mails() -> int:
    return by_mail.forget_old()


@shared_task
def make_archive(archive_id: str) -> None:
    archive.work(archive_id)


@shared_task
def sweep_archives() -> None:
    archive.sweep()
