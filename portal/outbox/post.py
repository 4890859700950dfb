"""Writing to the outbox, in the transaction of the change that somebody is to hear of."""

import time

import structlog
from celery import current_app
from django.db import transaction
from django.utils import timezone

from portal import compiled_writes
from portal.outbox.models import ATTACHED, FORGET, URGENT, Entry

log = structlog.get_logger()


def mail(
    effect_key: str,
    *,
    to: str,
    topic: str,
    subject: str,
    body: str,
    language="zh-hans",
    attached: dict | None = None,
    forget_address: bool = False,
) -> None:
    """Plain-text mail to one address. `effect_key` becomes its Message-ID.

    `attached` is {"kind": …, "id": …}, read when the mail goes (portal.outbox.attachments).
    """
    payload: dict = {"subject": subject, "body": body}
    if attached:
        payload[ATTACHED] = attached
    if forget_address:
        payload[FORGET] = True
    _post(effect_key, Entry.Kind.MAIL, topic, to, payload, language)


def sms(
    effect_key: str,
    *,
    to: str,
    topic: str,
    body: str,
    language="zh-hans",
    is_urgent: bool = False,
) -> None:
    """`effect_key` becomes its Idempotency-Key. In the quiet hours it waits for their end, unless
    `is_urgent`: somebody sits there and waits for it."""
    payload: dict = {"body": body} | ({URGENT: True} if is_urgent else {})
    _post(effect_key, Entry.Kind.SMS, topic, to, payload, language)


def news(effect_key: str, *, topic: str, **facts) -> None:
    """Tell the floors above that something happened; see `portal.outbox.news.subscribe`."""
    _post(effect_key, Entry.Kind.NEWS, topic, "", facts, "")


def _post(effect_key, kind, topic, recipient, payload, language) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"outbox entry {effect_key} outside the transaction of its change")
    entry = Entry(
        effect_key=effect_key,
        kind=kind,
        topic=topic,
        recipient=recipient,
        payload=payload,
        language=language,
        due_at=timezone.now(),
    )
    if compiled_writes.insert_unless_there(entry, "effect_key"):
        transaction.on_commit(lambda: _wake_worker(entry.pk))


def hint(task: str, *arguments) -> None:
    """After the commit, let a worker look at once at what its sweep would find anyway."""
    transaction.on_commit(lambda: _send(task, list(arguments)))


# A broker that was away a moment ago is not asked again: a page with three messages waits once.
ASK_AGAIN_AFTER = 10  # seconds
_away_until = 0.0


def _wake_worker(entry_id: int) -> None:
    _send("portal.outbox.tasks.deliver", [entry_id])


def _send(task: str, arguments: list) -> None:
    """A hint, no more: with the broker away the sweeper finds the row."""
    global _away_until
    if time.monotonic() < _away_until:
        return
    try:
        current_app.send_task(task, arguments, retry=False)
    except Exception as error:  # the change is committed: nothing may fail the page any more
        _away_until = time.monotonic() + ASK_AGAIN_AFTER
        log.warning("outbox_broker_away", error=type(error).__name__)
