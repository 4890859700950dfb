"""A slip that was issued already, for a browser that may have it: found in one question.

Right, payment, issue and whether it has been told of are asked together, since each question on
its own costs more than handing over the file. Whatever is not answered here (a right that follows
from another, a slip that is still to be made) goes the long way through `issue_slip`.
"""

from uuid import UUID

from django.db.models import CharField, DateTimeField, Exists, F, OuterRef, UUIDField
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils import timezone

from portal.compiled import Compiled, Later
from portal.gate import passes
from portal.outbox.models import Entry
from receipts.models import Merchant, Payment, SlipIssue
from receipts.slip import given

ISSUE = ("id", "number", "form", "file", "sha256")
PAYMENT = ("merchant_id", "local_date")
MERCHANT = ("name",)


def _query():
    """The latest making of the issue of the payment's present state, cardholder's copy."""
    right = passes.rights(Later("browser", CharField()), Later("now", DateTimeField())).filter(
        purpose="payment", subject=Later("subject", CharField())
    )
    before, after = Later("told_before", CharField()), Later("told_after", CharField())
    key = Concat(before, Cast(OuterRef("number"), CharField()), after)
    return (
        SlipIssue.objects.filter(
            Exists(right),
            payment=Later("payment", UUIDField()),
            payment_revision=F("payment__revision"),
            form=Later("form", CharField()),
            copy=SlipIssue.Copy.CARDHOLDER,
            language=SlipIssue.LANGUAGE,
        )
        .order_by("-repeat")
        .values_list(
            *ISSUE,
            *(f"payment__{name}" for name in PAYMENT),
            *(f"payment__merchant__{name}" for name in MERCHANT),
            Exists(Entry.objects.filter(effect_key=key)),
        )[:1]
    )


_held = Compiled(_query)


def held(request: HttpRequest, id: UUID, form: str) -> SlipIssue | None:
    """The issue of that payment's slip in its present state, if this browser found the payment
    and there is one. What was not asked for is read from the database when it is used."""
    browser = passes.browser_hash(request)
    if not browser:
        return None
    before, after = given.key_around(id)
    row = _held.first(
        browser=browser,
        now=timezone.now(),
        subject=str(id),
        payment=id,
        form=form,
        told_before=before,
        told_after=after,
    )
    if row is None:
        return None
    issue = SlipIssue.from_db("default", ("payment_id", *ISSUE), (id, *row[: len(ISSUE)]))
    payment, (name, told) = row[len(ISSUE) : -2], row[-2:]
    issue.payment = Payment.from_db("default", ("id", *PAYMENT), (id, *payment))
    issue.payment.merchant = Merchant.from_db("default", ("id", *MERCHANT), (payment[0], name))
    if told:
        given.was_told(issue)
    return issue
