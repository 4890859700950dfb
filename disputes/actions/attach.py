"""Taking uploads into a case: they become the case's own."""

from django.conf import settings
from django.utils.translation import gettext as _

from disputes.errors import Invalid
from disputes.models import Message
from portal.uploads.models import Upload


def attach(case, uploads) -> list[Upload]:
    """The uploads, now filed under the case. In the caller's transaction.

    Raises Invalid("uploads", …) for too many, for one that was sent before, and for one that
    belongs to another case: an upload's id alone gives nobody its content.
    """
    wanted = list(dict.fromkeys(upload.pk for upload in uploads))
    if len(wanted) > settings.UPLOAD_MAX_FILES:
        raise Invalid(
            "uploads", _("一次最多 %(most)s 个文件。") % {"most": settings.UPLOAD_MAX_FILES}
        )
    rows = list(Upload.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    sent = Message.uploads.through.objects.filter(upload_id__in=wanted).exists()
    for row in rows:
        ours = row.subject == case.subject or row.subject.startswith("draft:")
        if sent or not ours:
            raise Invalid("uploads", _("这个文件不能用在这里，请重新上传。"))
    if sent or len(rows) != len(wanted):
        raise Invalid("uploads", _("这个文件不能用在这里，请重新上传。"))
    Upload.objects.filter(pk__in=wanted).update(subject=case.subject)
    return rows
