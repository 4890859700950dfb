"""Delivering one entry: taken under a lock on its row, tried again later when it fails."""

import random
import re
from collections.abc import Callable
from datetime import timedelta
from email.utils import formatdate
from smtplib import SMTPRecipientsRefused
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.outbox import attachments, news, sms
from portal.outbox.models import ATTACHED, FORGET, URGENT, Entry

log = structlog.get_logger()

ATTEMPTS = 12  # with the pauses below: about two days until somebody must look
TAKEN_FOR = timedelta(minutes=2)  # a delivery killed in the middle is tried again after this
NOT_IN_AN_ATOM = re.compile(r"[^A-Za-z0-9.-]+")


def pause_after(attempt: int) -> timedelta:
    """Back-off with jitter: 30 s doubling to 8 h, each ±20 %."""
    seconds = min(30 * 2 ** (attempt - 1), 8 * 3600)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def take(entry_id: int) -> Entry | None:
    """Make the entry ours for a while by moving its due time, so that no lock is held while a
    mail server thinks. None when it is done, dead, or in another worker's hands.
    """
    now = timezone.now()
    ours = Entry.objects.filter(pk=entry_id, state=Entry.State.PENDING, due_at__lte=now).update(
        due_at=now + TAKEN_FOR, attempts=F("attempts") + 1
    )
    return Entry.objects.get(pk=entry_id) if ours else None


def deliver(entry_id: int) -> None:
    entry = take(entry_id)
    if entry is None or _waits_for_morning(entry):
        return
    try:
        SENDERS[entry.kind](entry)
    except Exception as error:  # whatever went wrong outside: the row keeps it for the next try
        _failed(entry, error)
        return
    Entry.objects.filter(pk=entry.pk).update(
        state=Entry.State.DONE,
        done_at=timezone.now(),
        error="",
        # Private links and one-time codes: once they are out, nobody needs them here.
        payload=entry.payload if entry.kind == Entry.Kind.NEWS else {},
        recipient="" if entry.payload.get(FORGET) else entry.recipient,
    )


def _waits_for_morning(entry: Entry) -> bool:
    """A short message in the quiet hours: put off, without counting as a try."""
    if entry.kind != Entry.Kind.SMS or entry.payload.get(URGENT):
        return False
    morning = sms.quiet_until(timezone.now())
    if morning is None:
        return False
    # Spread over some minutes: the gateway gets a night's messages, not all in one second.
    due_at = morning + timedelta(seconds=random.uniform(0, 600))
    Entry.objects.filter(pk=entry.pk).update(due_at=due_at, attempts=F("attempts") - 1)
    return True


def _failed(entry: Entry, error: Exception) -> None:
    dead = entry.attempts >= ATTEMPTS or _is_final(error)
    log.warning(
        "outbox_delivery_failed",
        topic=entry.topic,
        kind=entry.kind,
        attempt=entry.attempts,
        dead=dead,
        error=type(error).__name__,
    )
    Entry.objects.filter(pk=entry.pk).update(
        state=Entry.State.DEAD if dead else Entry.State.PENDING,
        due_at=timezone.now() + pause_after(entry.attempts),
        error=_named(error),
        recipient="" if dead and entry.payload.get(FORGET) else entry.recipient,
    )


def _named(error: Exception) -> str:
    """What went wrong, without an address or a word of the message: the error's class, and of
    answers their number."""
    if isinstance(error, sms.NotTaken):
        return f"{type(error).__name__} {error}"
    return type(error).__name__


def _is_final(error: Exception) -> bool:
    """The mail server knows the address and will never take it (RFC 5321, 4.2.1: 5yz); or the
    gateway of short messages said so."""
    if getattr(error, "is_final", False):
        return True
    return isinstance(error, SMTPRecipientsRefused) and all(
        code >= 500 for code, _text in error.recipients.values()
    )


def revive(entries) -> int:
    """Try dead entries again from the beginning; how many."""
    # Whose address was forgotten cannot be written to again.
    lost = Q(kind__in=(Entry.Kind.MAIL, Entry.Kind.SMS), recipient="")
    return entries.filter(~lost, state=Entry.State.DEAD).update(
        state=Entry.State.PENDING, attempts=0, due_at=timezone.now(), error=""
    )


def message_id(effect_key: str) -> str:
    """The same for every try, so that a receiver can tell a repeat (RFC 5322, 3.6.4)."""
    return f"<{NOT_IN_AN_ATOM.sub('.', effect_key)}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def _send_mail(entry: Entry) -> None:
    attached = entry.payload.get(ATTACHED)
    message = EmailMessage(
        subject=entry.payload["subject"],
        body=entry.payload["body"],
        to=[entry.recipient],
        headers={
            "Message-ID": message_id(entry.effect_key),
            "Date": formatdate(entry.created_at.timestamp()),
            "Auto-Submitted": "auto-generated",
            "Content-Language": entry.language,
        },
    )
    if attached:
        thing = attachments.read(attached)
        message.attach(thing.name, thing.content, thing.content_type)
    message.send()
    if attached:
        attachments.sent(attached)


def _send_sms(entry: Entry) -> None:
    import_string(settings.SMS_GATEWAY)().send(
        entry.recipient, entry.payload["body"], idempotency_key=entry.effect_key
    )


def _hand_out(entry: Entry) -> None:
    if errors := news.hand_out(entry.effect_key, entry.topic, entry.payload):
        raise errors[0]


SENDERS: dict[str, Callable[[Entry], None]] = {
    Entry.Kind.MAIL: _send_mail,
    Entry.Kind.SMS: _send_sms,
    Entry.Kind.NEWS: _hand_out,
}
