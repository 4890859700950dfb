"""Pictures and PDFs that staff or a merchant send with their words.

What was taken in stays with the case while the words or another file are refused: the form names
it, and only what it names is sent. What nobody sends is erased after a week, as customers' is.
"""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import JsonResponse

from disputes.models import Case, Message
from portal.accounts.actor import Actor
from portal.uploads import one_by_one, receiving
from portal.uploads.fields import FilesField
from portal.uploads.models import Upload

# The verbs that carry words, and so files.
WITH_FILES = frozenset({"reply", "add_note", "ask_consumer", "offer_refund", "resolve", "reject"})


@dataclass(frozen=True)
class Taken:
    """The files that go with the words, and what was wrong with those that were not taken."""

    files: tuple[Upload, ...] = ()
    error: str = ""
    removed: bool = False  # one of them, which was all that was asked for


NOTHING = Taken()


def take(request, case: Case, actor: Actor) -> Taken:
    """Good files are kept with the case even where words or another file are refused. A form sent
    twice has its files there already."""
    if request.FILES and sent(request.POST.get("submission_key", "")):
        return Taken()
    kept = waiting(case, actor, request.POST)
    if wanted := request.POST.get("remove"):
        for upload in [each for each in kept if str(each.public_id) == wanted]:
            receiving.discard(upload, actor=actor)
            kept.remove(upload)
        return Taken(tuple(kept), removed=True)
    field, error = FilesField(most=settings.UPLOAD_MAX_FILES - len(kept)), ""
    try:
        field.clean(request.FILES.getlist("files"))
    except ValidationError as refused:
        error = " ".join(refused.messages)
    for file in field.accepted:
        kept.append(receiving.keep(file, subject=case.subject, actor=actor))
    return Taken(tuple(kept), error)


def take_one(request, case: Case, actor: Actor) -> JsonResponse:
    """One file of the form, sent ahead of it."""
    keep = partial(receiving.keep, subject=case.subject, actor=actor)
    return one_by_one.take(request, waiting(case, actor, request.POST), keep)


def sent(key: str) -> bool:
    try:
        return Message.objects.filter(submission_key=UUID(key)).exists()
    except ValueError:
        return False


def waiting(case: Case, actor: Actor, form) -> list[Upload]:
    """Those of the reader's own that the form names and that no message has yet."""
    named = []
    for value in form.getlist("kept")[: settings.UPLOAD_MAX_FILES]:
        try:
            named.append(UUID(value))
        except ValueError:
            continue
    if not named:
        return []
    of_messages = Message.uploads.through.objects.values("upload_id")
    own = Upload.objects.filter(
        public_id__in=named, subject=case.subject, uploaded_by=actor.id
    ).exclude(pk__in=of_messages)
    return list(own.order_by("pk"))
