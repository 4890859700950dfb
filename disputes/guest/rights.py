"""What a browser without an account may see of a case: decided here for pages and files alike."""

from django.core.exceptions import ValidationError

from disputes.models import Case, Draft, Message
from portal.accounts.actor import Actor
from portal.gate import passes
from portal.uploads import readers


def case_of(request, number: str) -> Case | None:
    """The case if this browser holds a pass for it; None alike for one that is not there."""
    if not passes.holds(request, "case", number):
        return None
    return (
        Case.objects.filter(number=number, locked_at=None)
        .select_related("policy", "payment__merchant", "organisation", "merged_into")
        .first()
    )


def first_about(request, payment) -> Case | None:
    """The open case about this payment that this browser has proved to be its own, by a link or a
    code; the one that came first."""
    held = passes.held(request, "case")
    cases = Case.objects.open().filter(number__in=held, payment=payment, locked_at=None)
    return cases.order_by("opened_at", "pk").first() if held else None


def customer(case) -> Actor:
    return Actor.consumer(case.subject)


def draft_of(request, public_id) -> Draft | None:
    """The draft if this browser began it."""
    browser = passes.browser_hash(request)
    if not browser:
        return None
    return (
        Draft.objects.filter(public_id=public_id, browser_hash=browser)
        .select_related("case")
        .first()
    )


def may_read_of_case(request, upload) -> bool:
    """A file of a case is read by whoever may read a message it hangs on."""
    number = upload.subject.partition(":")[2]
    messages = Message.objects.filter(uploads=upload, case__number=number, case__locked_at=None)
    if passes.holds(request, "case", number):
        return messages.visible_to(Actor.consumer(upload.subject)).exists()
    actor = request.actor
    if not actor or not Case.objects.visible_to(actor).filter(number=number).exists():
        return False
    return messages.visible_to(actor).exists()


def may_read_of_draft(request, upload) -> bool:
    try:
        return draft_of(request, upload.subject.partition(":")[2]) is not None
    except ValidationError:  # not the name of a draft
        return False


def cases_about(payment_id: str) -> list[tuple[str, str]]:
    cases = Case.objects.filter(payment_id=payment_id, locked_at=None)
    return [("case", number) for number in cases.values_list("number", flat=True)[:50]]


def merged_with(number: str) -> list[tuple[str, str]]:
    """Whoever may see one of two merged cases may see the other: they have one contact."""
    case = Case.objects.filter(number=number).select_related("merged_into").first()
    if case is None:
        return []
    into = [case.merged_into.number] if case.merged_into else []
    merged = case.merged.filter(locked_at=None).values_list("number", flat=True)
    return [("case", each) for each in (*into, *merged)]


def register() -> None:
    readers.register("case", may_read_of_case)
    readers.register("draft", may_read_of_draft)
    passes.imply("payment", cases_about)
    passes.imply("case", merged_with)
