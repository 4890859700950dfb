"""What the worker draws: slips that will be asked for soon, and those that could not be made."""

import time

from django.db import transaction
from django.utils import timezone

from portal.accounts.actor import Actor
from receipts.models import SlipDrawing, SlipIssue
from receipts.slip import drawing, trouble
from receipts.slip.errors import SlipNotReady
from receipts.slip.issue import issue_slip

ACTOR = Actor.system("slips")


def draw_due(limit: int = 200, seconds: float = 20) -> int:
    """Draw what is due, oldest first; how many slips there are now that were not."""
    end, drawn = time.monotonic() + seconds, 0
    due = SlipDrawing.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")
    for row in due.select_related("payment")[:limit]:
        if time.monotonic() > end:
            break  # the next sweep goes on with the oldest
        drawn += _draw(row)
    trouble.over()
    return drawn


def _draw(row: SlipDrawing) -> bool:
    try:
        issue_slip(
            row.payment,
            actor=ACTOR,
            copy=row.copy,
            form=row.form,
            channel=SlipIssue.Channel.AHEAD,
        )
    except SlipNotReady:
        return False
    with transaction.atomic():
        drawing.settle(row)
    return True
