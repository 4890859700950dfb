"""Where the customer types an address and has the slip mailed."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal import card_numbers, mail_address
from portal.accounts.actor import Actor
from receipts.guest.payment import closed, entitled
from receipts.models import Payment
from receipts.slip import by_mail


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    payment = entitled(request, id)
    if payment is None:
        return closed(request)
    if request.method != "POST":
        return _form(request, payment)
    typed = request.POST.get("address", "")[:300].strip()
    if not typed:
        return _form(request, payment, error=_("请填写邮箱地址。"))
    if card_numbers.holds_one(typed):
        return _form(request, payment, error=_("这像一个卡号，我们没有保存。请填邮箱地址。"))
    try:
        address = mail_address.read(typed)
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        error = _("这不像一个邮箱地址，请检查，例如 li@example.com。")
        return _form(request, payment, typed, error)
    try:
        by_mail.send(
            payment, address, request_key=key, actor=Actor.consumer(f"payment:{payment.pk}")
        )
    except by_mail.TooMany:
        error = _("这张小票或这个邮箱今天发得太多了。请直接下载，或明天再发。")
        return _form(request, payment, typed, error)
    return redirect("receipts:mail_sent", id=payment.pk)


@require_safe
def mail_sent(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    payment = entitled(request, id)
    if payment is None:
        return closed(request)
    return render(request, "receipts/guest/mail_sent.html", {"payment": payment})


def _form(request: HttpRequest, payment: Payment, typed: str = "", error: str = "") -> HttpResponse:
    context = {
        "payment": payment,
        "address": typed,
        "errors": {"address": error} if error else {},
        "key": uuid.uuid4(),
    }
    return render(request, "receipts/guest/mail.html", context)
