"""The conversation as its customer reads it: only what is said to all, newest last."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes import events, words
from disputes.guest import rights
from disputes.models import Message
from disputes.models.message import Author
from disputes.policy.parties import institution_name
from receipts.guest.payment import shop_name

# Lines that the conversation says itself, where they speak of the reader.
ABOUT_THE_READER = {
    "escalated_by_consumer": gettext_lazy("您请%(institution)s处理，不再等商户。"),
    "withdrawn": gettext_lazy("您撤回了申请。"),
    "refund_offered": gettext_lazy("商户提出退 %(detail)s。您接受就办结，不接受就接着办。"),
    "offer_accepted": gettext_lazy("您接受退 %(detail)s，这件事办结。"),
    "offer_declined": gettext_lazy("您没有接受退 %(detail)s，商户接着办。"),
    "gone_up": gettext_lazy("您告诉我们，您已向%(detail)s反映。"),
    "redo_linked": gettext_lazy(
        "您在 %(detail)s 重新付了一次；退掉的那笔退回以后，只有这一笔扣款。"
    ),
    "slip_accepted": gettext_lazy("您有电子小票就够了，这件事办结。谢谢您。"),
}


@dataclass(frozen=True)
class Said:
    """What components/message.html draws."""

    body: str
    created_at: datetime
    author_kind: str
    name: str = ""
    remark: str = ""
    own: bool = False
    audience: str = "all"
    files: list[dict] = field(default_factory=list)
    same_day: bool = False  # as the one before: its time says enough


def of(case) -> list[Said]:
    both = Message.objects.filter(
        Q(case=case) | Q(case__merged_into=case), case__locked_at=None
    ).select_related("case")
    rows = both.visible_to(rights.customer(case)).prefetch_related("uploads")
    institution = institution_name()
    names = {
        Author.CONSUMER: _("您"),
        Author.MERCHANT: shop_name(case.payment) if case.payment else _("商户"),
        Author.INSTITUTION: _("%(institution)s 客服") % {"institution": institution},
        Author.SYSTEM: institution,
    }
    told, before = [], None
    for row in rows:
        today = timezone.localdate(row.created_at)
        told.append(_said(row, names, same_day=today == before))
        before = today
    return told


def _said(row, names: dict, same_day: bool) -> Said:
    if row.author_kind == Author.SYSTEM:
        return Said(
            _line(row, names[Author.SYSTEM]), row.created_at, row.author_kind, same_day=same_day
        )
    return Said(
        body=str(words.ERASED) if row.case.erased_at else row.body,
        created_at=row.created_at,
        author_kind=row.author_kind,
        name=names[row.author_kind],
        remark=events.heading(row),
        own=row.author_kind == Author.CONSUMER,
        files=[file(upload) for upload in row.uploads.all()],
        same_day=same_day,
    )


def _line(row, institution: str) -> str:
    if text := ABOUT_THE_READER.get(row.event):
        return str(text) % {"institution": institution, "detail": events.detail(row)}
    return events.line(row, institution)


def file(upload) -> dict:
    return {
        "id": str(upload.public_id),
        "name": upload.name,
        "size_text": upload.why_held or filesizeformat(upload.size),
        "href": upload.address,
        "preview": upload.preview,
        "is_image": upload.is_picture,
    }
