from celery import shared_task
from django.core.management import call_command


@shared_task
def clear_sessions() -> None:
    """Sessions that have ended leave their rows; once a day they go."""
    call_command("clearsessions")
