"""Reprinting a slip at the shop: on the browser's printer, or as bytes for a thermal one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.accounts.access import MERCHANT, role_required
from portal.audit import reading
from receipts.models import SlipIssue
from receipts.panel.page import hand_over, own_payment
from receipts.slip import qr, roll
from receipts.slip.content import slip_content
from receipts.slip.errors import SlipNotReady
from receipts.slip.issue import copy_of, issue_slip

FORMS = {"58": SlipIssue.Form.THERMAL58, "80": SlipIssue.Form.THERMAL80}
PAPER = "paper"  # in the session: a shop has one kind of printer


@require_safe
@role_required(*MERCHANT)
def page(request, payment_id: UUID):
    """The slip as it will be printed. Opening the page issues it: its number stands on it."""
    payment = own_payment(request, payment_id)
    paper, copy = _wanted(request)
    try:
        issue = issue_slip(
            payment,
            actor=request.actor,
            copy=copy,
            form=FORMS[paper],
            channel=SlipIssue.Channel.PANEL,
        )
    except SlipNotReady:
        messages.warning(request, _("小票现在开不出来，交易本身没有问题。请过几分钟再试。"))
        return redirect("merchant:payment", payment_id=payment.pk)
    reading.note(request.actor, payment.subject, what=reading.What.PRINTED)
    rows = list(roll.rows(slip_content(issue.payment, copy_of(issue))))
    code = next((row for row in rows if isinstance(row, roll.Code)), None)
    context = {
        "payment": payment,
        "issue": issue,
        "paper": paper,
        "copy": copy,
        "rows": [(type(row).__name__, row) for row in rows],
        "square": qr.square(code.address) if code else None,
        "now": timezone.now(),
    }
    return render(request, "receipts/panel/print.html", context)


@require_safe
@role_required(*MERCHANT)
def commands(request, payment_id: UUID):
    """The same issue as ESC/POS."""
    payment = own_payment(request, payment_id)
    paper, copy = _wanted(request)
    return hand_over(request, payment, copy, "merchant:payment", form=FORMS[paper])


def _wanted(request: HttpRequest) -> tuple[str, str]:
    """Paper and copy as asked for; the paper of the last time, where none is named."""
    asked = request.GET.get("paper", "")
    if asked in FORMS and asked != request.session.get(PAPER):
        request.session[PAPER] = asked
    paper = request.session.get(PAPER, "58")
    copy = request.GET.get("copy", "")
    copies = SlipIssue.Copy
    return paper, copies(copy) if copy in copies.values else copies.CARDHOLDER
