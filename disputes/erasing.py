"""What a case holds of its customer, and how it is let go of (portal.erasure)."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes import case_links, moment, wording
from disputes.guest import drafts
from disputes.models import (
    Case,
    CaseFile,
    Draft,
    InAppNotice,
    Message,
    MoneyBack,
    Refund,
    SavedView,
    Writing,
)
from disputes.network import letting_go
from disputes.refunds import words as refund_words
from portal.erasure import erasing, keepers
from portal.erasure.keepers import Class, Keeper, Standing, Trace
from portal.gate.codes import contact_hash
from portal.uploads.models import Upload
from receipts import keeping

KIND = "case"


def register() -> None:
    keepers.register(Keeper(KIND, standing, erase, lock, find))
    keepers.register_class(
        Class(
            "cases",
            gettext_lazy("办结的案件"),
            gettext_lazy("本机构规定 5 年；办结后不少于 3 年"),
            lambda before: _closed_before(before).count(),
            _let_go,
        )
    )
    keepers.also("account", _of_account)
    keeping.ask_first(_speaking_of_a_payment, _payments_go)


def _of_account(identifier: str) -> Counter[str]:
    """The views that somebody kept, whose words may name a customer, and what they began to type.
    Replayed after a restore, it finds nothing."""
    views = SavedView.objects.filter(user__public_id=identifier).delete()[0]
    InAppNotice.objects.filter(user__public_id=identifier).delete()
    typed = Writing.objects.filter(user__public_id=identifier).delete()[0]
    return Counter(saved_views=views, drafts=typed)


def standing(number: str) -> Standing | None:
    case = Case.objects.filter(number=number).first()
    if case is None:
        return None
    days = timedelta(days=settings.RETENTION["cases"])
    return Standing(
        name=_("案件 {number}").format(number=number),
        busy=case.is_open or letting_go.is_busy(case),
        erased=case.erased_at is not None,
        locked=case.locked_at is not None,
        kept_until=case.closed_at + days if case.closed_at else None,
    )


def erase(number: str) -> Trace:
    """Contact and words go, number, kind, stages and times stay: they name nobody, and the yearly
    figures count them."""
    case = _taken(number)
    trace = _trace(case)
    words = Message.objects.filter(case=case).exclude(body="")
    trace.removed["messages"] = words.update(body="")
    letting_go.of_case(case, trace)
    case.extensions.update(reason="")  # it may speak of the customer's matter
    case.refunds.update(reason="")
    case.refunds.exclude(ended_why__in=refund_words.ENDED).update(ended_why="")
    case.upward.update(reference="", note="")
    case.settled_differences.update(reason="")
    files = case.files.exclude(file="")
    trace.files += files.values_list("file", flat=True)
    files.update(file="", state=CaseFile.State.ERASED)
    case.files.filter(state=CaseFile.State.WAITING).update(state=CaseFile.State.FAILED)
    case.files.update(purpose="")
    case.forwarded_ref = ""
    case.contact, case.contact_hash, case.last_word = "", f"erased:{number}", ""
    case.claimed_tail, case.claimed_minor, case.claimed_at = "", None, None
    case.claimed_merchant = ""
    case.erased_at, case.locked_at, case.locked_until = moment.now(), None, None
    case.save()
    _unsaid(case)
    return trace


def lock(number: str, until: datetime) -> Trace:
    case = _taken(number)
    trace = _trace(case)
    case.locked_at, case.locked_until = moment.now(), until
    case.save(update_fields=["locked_at", "locked_until"])
    _unsaid(case)
    return trace


def _unsaid(case: Case) -> None:
    """The words of a merged case are found in the one in which it goes on."""
    if case.merged_into_id is not None:
        wording.moved(case.merged_into_id)


def _taken(number: str) -> Case:
    return Case.objects.select_for_update(of=("self",)).get(number=number)


def _trace(case: Case) -> Trace:
    """What is no part of the record goes at once: drafts of the same customer with their files."""
    trace = Trace(
        contact=case.contact,
        contact_hash=case.contact_hash,
        outbox=[f"case-{case.number}-"],
        passes=[(case_links.PURPOSE, case.number)],
        words=[(kind, [case.pk]) for kind in wording.KINDS],
        removed=Counter(),
    )
    left = [draft for draft in Draft.objects.all() if _is_theirs(draft, case)]
    files = Upload.objects.filter(subject__in=[drafts.subject(draft) for draft in left])
    trace.files += [str(upload.file.name) for upload in files]
    files.delete()
    trace.removed["drafts"] = Draft.objects.filter(pk__in=[d.pk for d in left]).delete()[0]
    InAppNotice.objects.filter(case=case).delete()
    trace.removed["drafts"] += Writing.objects.filter(case=case).delete()[0]
    return trace


def _is_theirs(draft: Draft, case: Case) -> bool:
    """Drafts are few, and gone after a week."""
    return draft.case_id == case.pk or draft.answers.get("contact") == case.contact


def find(text: str) -> list[str]:
    """By a case's number, or by the customer's address or telephone number."""
    text = text.strip()
    cases = Case.objects.filter(erased_at=None)
    if re.fullmatch(r"\d{4}-\d{4,6}", text):
        cases = cases.filter(number=text)
    else:
        cases = cases.filter(contact_hash=contact_hash(text))
    return [case.subject for case in cases.order_by("-opened_at")[:50]]


def _closed_before(before: datetime) -> QuerySet[Case]:
    return Case.objects.filter(closed_at__lt=before, erased_at=None)


def _let_go(before: datetime, most: int) -> int:
    """One by one, each with its event; in small turns, since each takes some statements."""
    numbers = _closed_before(before).order_by("closed_at", "pk").values_list("number", flat=True)
    some = list(numbers[: min(most, 100)])
    for number in some:
        erasing.at_end_of_period(f"{KIND}:{number}")
    return len(some)


def _speaking_of_a_payment() -> QuerySet[Case]:
    return Case.objects.filter(payment=OuterRef("pk"), erased_at=None)


def _payments_go(ids: list) -> None:
    """What is left of an erased case needs its payment no longer."""
    Case.objects.filter(payment__in=ids).update(payment=None)
    Refund.objects.filter(payment__in=ids).delete()
    MoneyBack.objects.filter(payment__in=ids).delete()
    letting_go.payments_go(ids)
