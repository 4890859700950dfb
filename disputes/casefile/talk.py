"""The conversation of these readers, as it was written, and what was attached to it."""

from __future__ import annotations

import hashlib

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from disputes import events, words
from disputes.casefile.contents import Picture, Said, Section, Source, Table, exact, register
from disputes.models import CaseFile, Message
from disputes.models.message import Audience, Author
from portal.uploads.models import Upload

MOST_PREVIEWS = 60


def conversation(source: Source) -> Section:
    numbers: dict[int, list[int]] = {}
    for number, (_upload, message) in enumerate(source.attachments, 1):
        numbers.setdefault(message.pk, []).append(number)
    said = [_said(source, message, numbers.get(message.pk, [])) for message in source.messages]
    return Section(_("往来"), lead=_lead(source), said=said, empty="" if said else _("没有往来。"))


def _lead(source: Source) -> str:
    return {
        CaseFile.Scope.SHARED: _("客户、商户和支付机构都看得到的话，一字未改。内部备注不在内。"),
        CaseFile.Scope.MERCHANT: _(
            "各方都看得到的话，和商户与支付机构之间的话，一字未改。内部备注不在内。"
        ),
        CaseFile.Scope.INTERNAL: _("全部往来，含支付机构的内部备注，一字未改。"),
    }[CaseFile.Scope(source.file.scope)]


def _said(source: Source, message: Message, numbers: list[int]) -> Said:
    by_person = message.author_kind != Author.SYSTEM
    body = message.body if by_person else events.line(message, source.institution)
    if by_person and message.case.erased_at:
        body = str(words.ERASED)
    remark = events.heading(message)
    if message.case_id != source.case.pk:
        remark = " ".join((_("案件 %(number)s") % {"number": message.case.number}, remark))
    files = _("附件 %(numbers)s") % {"numbers": _("、").join(map(str, numbers))} if numbers else ""
    return Said(
        who=_who(source, message),
        when=exact(message.created_at),
        body=body,
        remark=remark.strip(),
        audience=message.audience,
        to=message.get_audience_display() if message.audience != Audience.ALL else "",
        files=files,
    )


def _who(source: Source, message: Message) -> str:
    """Organisations; people of ours only in the file that stays with us."""
    if message.author_kind == Author.CONSUMER:
        return _("客户")
    if message.author_kind == Author.SYSTEM:
        return _("系统")
    organisation = message.organisation.name if message.organisation else ""
    name = message.author.name if source.internal and message.author else ""
    return " ".join(filter(None, (organisation, name))) or message.get_author_kind_display()


def attachments(source: Source) -> Section:
    rows: list[tuple[str, ...]] = []
    pictures: list = []
    for number, (upload, message) in enumerate(source.attachments, 1):
        rows.append(
            (
                str(number),
                upload.name,
                f"{upload.content_type} {filesizeformat(upload.size)}",
                f"{_who(source, message)} {exact(message.created_at)}",
                upload.sha256,
                _state_of(upload),
            )
        )
        if upload.is_picture and not upload.is_held and len(pictures) < MOST_PREVIEWS:
            place = f"preview:{number}"
            source.previews[place] = upload
            caption = _("附件 %(n)d") % {"n": number}
            pictures.append(Picture(place, f"{caption} {upload.name}"))
    head = (_("号"), _("名称"), _("类型和大小"), _("谁，何时"), "SHA-256", _("核对"))
    return Section(
        _("附件"),
        lead=_("校验值按存档的文件算。出具时逐个重新算过，和收到时登记的比对。") if rows else "",
        tables=[Table(head, rows, (5, 18, 16, 20, 30, 11), small=True)] if rows else [],
        pictures=pictures,
        empty="" if rows else _("没有附件。"),
    )


def _state_of(upload: Upload) -> str:
    """The bytes as they lie there now against the hash of the day they came."""
    if upload.is_held:
        return str(Upload.Scan(upload.scan).label)
    try:
        with upload.file.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except Exception:  # lost, or the storage is away: each kind has its own ways of being so
        return _("取不到")
    return _("一致") if found == upload.sha256 else _("不一致")


def register_all() -> None:
    register(40, conversation)
    register(85, attachments)
