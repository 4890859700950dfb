"""What happened, in one's own words, and what shows it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from disputes import words
from disputes.errors import Invalid
from disputes.guest import conversation, drafts
from disputes.models.case import Kind
from portal.uploads.fields import FilesField
from portal.uploads.inspection import ACCEPT

TEMPLATE = "disputes/guest/questions/words.html"

# What is meant where nothing more needs saying; open_case wants a first word.
UNSAID = {
    Kind.NO_SLIP: lambda: _("付了款，没有拿到小票，请补给我。"),
    Kind.FIND_PAYMENT: lambda: _("自己没有查到，请帮我找到这笔消费。"),
}


def title(draft) -> str:
    return {
        Kind.NO_SLIP: _("还有什么要告诉商户的？"),
        Kind.FIND_PAYMENT: _("还有什么能帮我们找到它？"),
        Kind.REFUND_REQUEST: _("为什么想退款？"),
    }.get(draft.answers.get("kind"), _("发生了什么？"))


def is_required(draft) -> bool:
    return draft.answers.get("kind") not in UNSAID


def show(draft, errors) -> dict:
    kept = drafts.files(draft)
    return {
        "body": draft.answers.get("body", ""),
        "required": is_required(draft),
        "optional_words": not is_required(draft),
        "files": [conversation.file(upload) for upload in kept],
        "room": max(settings.UPLOAD_MAX_FILES - len(kept), 0),
        "accept": ACCEPT,
    }


def said(draft) -> str:
    """The first word of the case."""
    kind = draft.answers.get("kind")
    return draft.answers.get("body", "") or UNSAID.get(kind, lambda: "")()


def take(draft, request) -> dict | None:
    """Words are kept and good files taken in even where another file is refused."""
    errors: dict[str, str] = {}
    # No whole card number is kept, whatever else is wrong; one character more tells "too long".
    typed = words.one_form(request.POST.get("body", "")[: 2 * words.LONGEST])
    draft.answers["body"] = typed[: words.LONGEST + 1]
    if removed := request.POST.get("remove"):
        drafts.remove_file(draft, removed)
        return None
    if draft.answers["body"].strip() or is_required(draft):
        try:
            draft.answers["body"] = words.clean(draft.answers["body"])
        except Invalid as invalid:
            errors["body"] = invalid.message
    field = FilesField(most=settings.UPLOAD_MAX_FILES - len(drafts.files(draft)))
    try:
        field.clean(request.FILES.getlist("files"))
    except ValidationError as refused:
        errors["files"] = " ".join(refused.messages)
    drafts.take_in(draft, field.accepted)
    return errors
