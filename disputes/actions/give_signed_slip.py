"""The signed original that a retrieval asks for, given by its merchant."""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import moment
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import NetworkDispute, SignedSlip
from disputes.models.network import State
from disputes.network import deadlines, track
from disputes.policy.table import INSTITUTION, MERCHANT
from portal import audit
from portal.accounts.actor import Actor
from portal.uploads.models import Upload

MOST = 6  # sheets of one slip, and its retakes


@transaction.atomic
def give_signed_slip(
    dispute: NetworkDispute, *, actor: Actor, uploads: list[Upload]
) -> list[SignedSlip]:
    """Take the pictures or PDFs (uploads of this track) as the signed slip; the merchant's clock
    stops. Staff may give what reached them otherwise. Raises Invalid("files"), WrongState."""
    row = track.locked(dispute.pk)
    ours = actor.organisation is not None and actor.organisation.pk == row.organisation_id
    may = (
        ours and actor.role in MERCHANT
        if actor.is_merchant
        else (actor.is_institution and actor.role in INSTITUTION)
    )
    if not may:
        raise NotAllowed()
    if row.state != State.RETRIEVING:
        raise WrongState(_("现在不需要签字小票：没有在等回复的调单。"))
    if not uploads or any(upload.subject != row.subject for upload in uploads):
        raise Invalid("files", _("请选签字小票的照片或扫描件。"))
    if row.slips.count() + len(uploads) > MOST:
        raise Invalid("files", _("一共最多 %(most)s 个文件。") % {"most": MOST})
    made = [
        SignedSlip.objects.create(dispute=row, upload=upload, by=actor.user, at=moment.now())
        for upload in uploads
    ]
    row.slip_due_at = None
    step = deadlines.open_step(row)
    row.tell_at = deadlines.next_word(row, step) if step else None
    row.save()
    audit.record(
        row.subject,
        "network.slip_given",
        actor=actor,
        after={"files": [upload.sha256 for upload in uploads]},
        at=moment.now(),
    )
    deadlines.tell_of_slip(row, made[-1])
    track.show(dispute, row)
    return made
