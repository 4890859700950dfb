from celery import shared_task
from django.db import connection

from portal.site.audit import verifying
from portal.sqlite3 import planner


@shared_task
def verify_audit(*, since_last: bool) -> None:
    verifying.look(since_last=since_last)


@shared_task
def tell_planner() -> None:
    """How rows are spread now, so that the database finds the open cases first."""
    planner.learn(connection)
