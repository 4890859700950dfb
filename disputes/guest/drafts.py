"""A case being written: kept with each answer, bound to one browser, erased after a week."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from disputes.models import Draft, Message
from portal.accounts.actor import Actor
from portal.gate import passes
from portal.uploads import receiving
from portal.uploads.inspection import Inspected
from portal.uploads.models import Upload

KEPT_FOR = timedelta(days=7)


def begin(request, answers: dict) -> Draft:
    """A new draft, or the one this browser began about the same thing and did not send."""
    browser = passes.ensure_browser(request)
    for draft in Draft.objects.filter(
        browser_hash=browser, case=None, updated_at__gt=timezone.now() - KEPT_FOR
    ).order_by("-pk")[:20]:
        if _about_the_same(draft.answers, answers):
            return draft
    return Draft.objects.create(
        browser_hash=browser, answers={"submission_key": str(uuid.uuid4()), "done": [], **answers}
    )


def _about_the_same(old: dict, new: dict) -> bool:
    same = all(old.get(name, "") == new.get(name, "") for name in ("kind", "reason", "payment"))
    return same and ("facts" not in new or old.get("facts") == new["facts"])


def unsent(request) -> list[Draft]:
    browser = passes.browser_hash(request)
    if not browser:
        return []
    return list(
        Draft.objects.filter(
            browser_hash=browser, case=None, updated_at__gt=timezone.now() - KEPT_FOR
        ).order_by("-updated_at")[:3]
    )


def subject(draft: Draft) -> str:
    return f"draft:{draft.public_id}"


SWEEP = Actor.system("drafts")


def writer(draft: Draft) -> Actor:
    return Actor.consumer(subject(draft))


def files(draft: Draft) -> list[Upload]:
    return list(Upload.objects.filter(subject=subject(draft)).order_by("pk"))


def take_in(draft: Draft, inspected) -> None:
    for file in inspected:
        keep(draft, file)


def keep(draft: Draft, file: Inspected) -> Upload:
    return receiving.keep(file, subject=subject(draft), actor=writer(draft))


def remove_file(draft: Draft, public_id: str) -> None:
    for upload in files(draft):
        if str(upload.public_id) == public_id:
            receiving.discard(upload, actor=writer(draft))


@transaction.atomic
def sent(draft: Draft, case) -> None:
    """Only the way to the case is left of it: what was written lives there now."""
    draft.case = case
    draft.answers = {"submission_key": draft.answers["submission_key"]}
    draft.save()


def erase_old(now=None) -> int:
    """Drafts that nobody went on with, and their files; how many drafts."""
    old = Draft.objects.filter(updated_at__lte=(now or timezone.now()) - KEPT_FOR)
    count = 0
    for draft in old.order_by("pk")[:500]:
        for upload in files(draft):
            receiving.discard(upload, actor=SWEEP)
        draft.delete()
        count += 1
    return count


def erase_unsent_files(now=None) -> int:
    """Files that reached a case together with words that were refused, and were left there."""
    sent = Message.uploads.through.objects.values("upload_id")
    left = Upload.objects.filter(
        subject__startswith="case:", created_at__lte=(now or timezone.now()) - KEPT_FOR
    ).exclude(pk__in=sent)
    uploads = list(left.order_by("pk")[:500])
    for upload in uploads:
        receiving.discard(upload, actor=SWEEP)
    return len(uploads)
