"""One payment, for the shop it belongs to and for the institution's staff."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.audit import reading
from receipts.models import Payment, Reversal, SlipIssue
from receipts.panel.beside import Block, blocks
from receipts.slip.errors import SlipFileLost, SlipNotReady
from receipts.slip.issue import issue_slip
from receipts.slip.response import slip_response


@dataclass(frozen=True)
class PaymentPage:
    payment: Payment
    reversals: list[Reversal]
    issues: list[SlipIssue]
    beside: list[Block]

    @classmethod
    def of(cls, payment: Payment, actor: Actor) -> PaymentPage:
        return cls(
            payment=payment,
            reversals=list(payment.reversals.order_by("occurred_at", "pk")),
            issues=list(payment.slip_issues.order_by("-number")),
            beside=blocks(payment, actor),
        )


def own_payment(request, payment_id) -> Payment:
    """Of the merchant who asks; 404 for any other."""
    payments = Payment.objects.visible_to(request.actor).select_related("merchant", "terminal")
    return get_object_or_404(payments, pk=payment_id)


def hand_over(request, payment: Payment, copy: str, page: str, form=SlipIssue.Form.MM80):
    """The file of that copy, issued now if it was not before; `page` is where to go without it."""
    by_merchant = request.actor.is_merchant
    channel = SlipIssue.Channel.PANEL if by_merchant else SlipIssue.Channel.DESK
    reading.note(request.actor, payment.subject, what=reading.What.DOWNLOADED)
    try:
        issue = issue_slip(payment, actor=request.actor, copy=copy, form=form, channel=channel)
        return slip_response(issue, request)
    except (SlipNotReady, SlipFileLost):
        messages.warning(request, _("小票现在开不出来，交易本身没有问题。请过几分钟再试。"))
        return redirect(page, payment_id=payment.pk)
