"""Who may read a file of a track: the signed slips, by its merchant and by the institution."""

from django.core.exceptions import ValidationError

from disputes.models import NetworkDispute
from portal.uploads import readers


def may_read(request, upload) -> bool:
    actor = request.actor
    if not actor:
        return False
    found = NetworkDispute.objects.visible_to(actor)
    try:
        return found.filter(
            public_id=upload.subject.partition(":")[2], slips__upload=upload
        ).exists()
    except ValidationError:  # not the name of a track
        return False


def register() -> None:
    readers.register("network", may_read)
