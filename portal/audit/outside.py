"""Copies of the newest checkpoint, for people who are not us. They are what makes a rewrite of all
history show: whoever holds one can hold it against the log (portal/audit/witness.py)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.models import Checkpoint, OutsideCopy
from portal.outbox import post


def outside_copy(way: str, reference: str) -> str:
    """The newest checkpoint as text, to be laid into a mail or file that leaves the house; empty
    while there is none. That it left is written down: by which `way`, and in which thing
    (`reference`: an effect key of the outbox, a file's number; no person, no address)."""
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if checkpoint is None:
        return ""
    with transaction.atomic():
        OutsideCopy.objects.get_or_create(
            way=way, reference=reference, checkpoint=checkpoint, defaults={"at": timezone.now()}
        )
    return checkpoint.note


def in_words(way: str, reference: str) -> str:
    """The same with a line before it for whoever finds it at the end of a mail."""
    note = outside_copy(way, reference)
    if not note:
        return ""
    return _("记录存证（请随邮件保留；日后可凭它核对记录没有被改过）：") + "\n\n" + note


def mail_out(now: datetime | None = None) -> None:
    """Once a day, the newest checkpoint to each of AUDIT_MAILBOX. A day that was missed is made up
    for by the next turn; a second turn of the same day writes nothing."""
    day = timezone.localdate(now or timezone.now())
    for number, address in enumerate(settings.AUDIT_MAILBOX):
        with transaction.atomic():
            key = f"audit-copy-{day:%Y%m%d}-{number}"
            if OutsideCopy.objects.filter(way="mailbox", reference=key).exists():
                continue
            if note := outside_copy("mailbox", key):
                post.mail(
                    key,
                    to=address,
                    topic="audit.checkpoint",
                    subject=_("审计记录存证 %(day)s") % {"day": day.isoformat()},
                    body=_("请保留这封邮件：日后可凭下面的存证核对审计记录没有被改过。")
                    + f"\n\n{note}\n{settings.PUBLIC_URL}/.well-known/audit/witness.py\n",
                )
