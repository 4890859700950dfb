"""A payment's page: the truth in one sentence, the slip as paper, and what can be done now."""

from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import moments, money
from portal.gate import passes
from receipts.models import Payment, SlipIssue
from receipts.models.payment import Status
from receipts.slip import codes


def entitled(request: HttpRequest, id) -> Payment | None:
    """The payment, if this browser found it a short while ago; the same None for one that is
    not there.
    """
    if not passes.holds(request, "payment", str(id)):
        return None
    return (
        Payment.objects.select_related("merchant", "merchant__organisation")
        .prefetch_related("reversals")
        .filter(pk=id)
        .first()
    )


def closed(request):
    """For whoever may not (or no longer) see the payment: what to do instead."""
    return render(request, "receipts/guest/closed.html", status=404)


def truth(payment: Payment) -> str:
    """What happened to the money, in one or two sentences."""
    amounts = {
        "back": money.text(payment.refunded_minor, payment.currency),
        "rest": money.text(payment.amount_minor - payment.refunded_minor, payment.currency),
        "day": moments.calendar_day(payment.settled_on) if payment.settled_on else "",
    }
    if payment.status == Status.AUTHORISED:
        return _("银行已同意付款，钱还没有结算给商户。")
    if payment.status == Status.SETTLED and payment.settled_on:
        return _("钱已于 %(day)s 结算给商户。") % amounts
    if payment.status == Status.SETTLED:
        return _("钱已结算给商户。")
    if payment.status == Status.PARTLY_REFUNDED:
        return _("已退回 %(back)s，其余 %(rest)s 已付给商户。") % amounts
    if payment.status == Status.REFUNDED:
        return _("已全额退回。多久到账由发卡行决定。")
    if payment.status == Status.VOIDED:
        return _("这笔已撤销，商户没有收到钱。")
    return _("这笔没有成功，商户没有收到钱。")


def headline(payment: Payment) -> str:
    if payment.status == Status.DECLINED:
        return _("找到了，这笔付款没有成功")
    return _("找到了，这是您的小票")


def shop_name(payment: Payment) -> str:
    merchant = payment.merchant
    return (get_language() == "en" and merchant.name_en) or merchant.name


def verify_code(payment: Payment) -> str:
    """The code on the slip that the one button gives, once it has been issued; "" before."""
    issues = SlipIssue.objects.filter(
        payment=payment,
        payment_revision=payment.revision,
        form=SlipIssue.Form.MM80,
        copy=SlipIssue.Copy.CARDHOLDER,
    )
    code = issues.order_by("-repeat").values_list("code", flat=True).first()
    return codes.grouped(code) if code else ""


@require_safe
def payment(request, id):
    found = entitled(request, id)
    if found is None:
        return closed(request)
    context = {
        "payment": found,
        "headline": headline(found),
        "shop": shop_name(found),
        "truth": truth(found),
        "code": verify_code(found),
    }
    return render(request, "receipts/guest/payment.html", context)
