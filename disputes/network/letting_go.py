"""What tracks hold of a case's customer, and how it is let go of with the case (disputes.erasing):
words, files and what the trail committed to go; steps, amounts and days stay."""

from django.db.models import QuerySet

from disputes.models import (
    NetworkDispute,
    NetworkEvidence,
    NetworkNotice,
    NetworkStep,
    SignedSlip,
)
from portal.erasure.keepers import Trace
from portal.uploads.models import Upload


def is_busy(case) -> bool:
    """Whether a track of the case still waits for an answer of ours."""
    return NetworkDispute.objects.filter(case=case, due_at__isnull=False).exists()


def of_case(case, trace: Trace) -> None:
    """In the transaction that erases the case."""
    tracks = list(NetworkDispute.objects.filter(case=case))
    if not tracks:
        return
    trace.subjects += [track.subject for track in tracks]
    trace.outbox += [f"network-{track.public_id.hex}-" for track in tracks]
    _files(tracks, trace)
    NetworkNotice.objects.filter(step__dispute__in=tracks).update(row={})
    steps = NetworkStep.objects.filter(dispute__in=tracks).exclude(text="")
    trace.removed["messages"] += steps.update(text="")


def _files(tracks: list[NetworkDispute], trace: Trace) -> None:
    sent = NetworkEvidence.objects.filter(step__dispute__in=tracks).exclude(file="")
    trace.files += list(sent.values_list("file", flat=True))
    sent.update(file="")
    SignedSlip.objects.filter(dispute__in=tracks).delete()
    uploads: QuerySet[Upload] = Upload.objects.filter(
        subject__in=[track.subject for track in tracks]
    )
    trace.files += [str(upload.file.name) for upload in uploads]
    uploads.delete()


def payments_go(ids: list) -> None:
    """What is left of a track whose case is erased needs its payment no longer."""
    NetworkDispute.objects.filter(payment__in=ids).update(payment=None)
