"""Keeping a file that somebody sent."""

import uuid

from django.core.files.base import ContentFile
from django.db import transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.uploads.inspection import Inspected, inspect
from portal.uploads.models import SmallView, Upload


def receive(file, *, subject: str, actor: Actor) -> Upload:
    """Check `file` and keep it for `subject` (`case:<number>`, `draft:<uuid>`). Raises Refused."""
    return keep(inspect(file), subject=subject, actor=actor)


def keep(inspected: Inspected, *, subject: str, actor: Actor) -> Upload:
    upload = Upload(
        public_id=uuid.uuid4(),
        subject=subject,
        name=inspected.name,
        content_type=inspected.content_type,
        size=inspected.size,
        sha256=inspected.sha256,
        received_sha256=inspected.received_sha256,
        uploaded_by=actor.id,
        scan=inspected.scan,
    )
    upload.file.save(upload.name, ContentFile(inspected.data), save=False)
    try:
        with transaction.atomic():
            upload.save()
            if inspected.small:
                SmallView.objects.create(upload=upload, data=inspected.small)
            audit.record(
                f"upload:{upload.public_id}",
                "file.received",
                actor=actor,
                after={"for": subject, "size": upload.size, "sha256": upload.sha256},
            )
    except Exception:
        upload.file.delete(save=False)
        raise
    return upload


def discard(upload: Upload, *, actor: Actor) -> bool:
    """Forget a file that belongs to nothing yet: the row first, so that none points nowhere.
    False for one that something was sent with in the meantime, or that is gone: it stays so."""
    with transaction.atomic():
        # Who sends it has it locked until the message is there.
        row = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if row is None or _belongs(row):
            return False
        audit.record(
            f"upload:{row.public_id}",
            "file.discarded",
            actor=actor,
            before={"for": row.subject, "sha256": row.sha256},
        )
        row.delete()
    upload.file.delete(save=False)
    return True


def _belongs(upload: Upload) -> bool:
    """Whether anything of the floors above points at it."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: upload}).exists()
        for relation in Upload._meta.related_objects
        if relation.related_model is not SmallView
    )
