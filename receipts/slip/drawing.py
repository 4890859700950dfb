"""Turns at drawing: of many requests for one slip, in however many processes, one draws it.

A turn is a row that everybody sees (SlipDrawing), not a lock of the database: SQLite has none for
a row, and no transaction stays open while WeasyPrint draws.
"""

import secrets
import time
from datetime import timedelta

from django.db import IntegrityError
from django.db.models import F, Q
from django.utils import timezone

from portal.outbox import post
from receipts.models import Payment, SlipDrawing, SlipIssue

# A drawing takes a tenth of a second, the first of a process two; after this it was killed.
HELD = timedelta(seconds=30)
LOOKS, PAUSE = 120, 0.05  # how often, and with what pause in seconds, a request looks again
ATTEMPTS = 12  # of the worker: with the pauses below, about a day


class StillDrawn(Exception):
    """Somebody else has been drawing it for as long as a page may wait."""


def take(payment: Payment, wanted: dict) -> SlipDrawing:
    """Our turn, waited for while another has it. Raises StillDrawn after six seconds."""
    holder = secrets.token_hex(16)
    for look in range(LOOKS):
        if look:
            time.sleep(PAUSE)
        now = timezone.now()
        ours = {"holder": holder, "held_until": now + HELD, "due_at": now + HELD}
        try:
            row, created = SlipDrawing.objects.get_or_create(
                payment=payment, **wanted, defaults=ours
            )
        except IntegrityError:
            continue  # another's turn began before our insert and was over before our second look
        free = Q(holder="") | Q(held_until__lte=now)
        if created or SlipDrawing.objects.filter(free, pk=row.pk).update(**ours):
            row.holder = holder
            return row
    raise StillDrawn


def done(turn: SlipDrawing) -> None:
    """There is an issue: in its transaction. Who was told to wait hears of it."""
    SlipDrawing.objects.filter(pk=turn.pk, holder=turn.holder).delete()
    _tell(turn)


def settle(row: SlipDrawing) -> None:
    """The slip is there without a turn of this row's."""
    if SlipDrawing.objects.filter(pk=row.pk, holder="").delete()[0]:
        _tell(row)


def _tell(row: SlipDrawing) -> None:
    if row.failures and row.copy == SlipIssue.Copy.CARDHOLDER:
        post.news(f"slip_ready:{row.pk}", topic="slip_ready", payment=str(row.payment_id))


def give_back(turn: SlipDrawing) -> None:
    """Nothing was to be drawn after all."""
    SlipDrawing.objects.filter(pk=turn.pk, holder=turn.holder).delete()


def failed(turn: SlipDrawing) -> None:
    """The next may try at once; the worker tries by itself, ever more seldom."""
    now = timezone.now()
    seconds = min(20 * 2**turn.failures, 8 * 3600)
    given_up = turn.failures + 1 >= ATTEMPTS
    SlipDrawing.objects.filter(pk=turn.pk, holder=turn.holder).update(
        holder="",
        held_until=now,
        failures=F("failures") + 1,
        due_at=None if given_up else now + timedelta(seconds=seconds),
    )


def ask_for(payment: Payment) -> None:
    """Let the worker draw the cardholder's slip before anybody takes it; in the caller's
    transaction."""
    now = timezone.now()
    wish = SlipDrawing(
        payment=payment,
        form=SlipIssue.Form.MM80,
        copy=SlipIssue.Copy.CARDHOLDER,
        language=SlipIssue.LANGUAGE,
        held_until=now,
        due_at=now,
    )
    SlipDrawing.objects.bulk_create([wish], ignore_conflicts=True)
    post.hint("receipts.tasks.draw_slips")
