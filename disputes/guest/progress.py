"""查看处理进度: the number and a code sent to the contact, or what this browser already holds.

Whether a number exists, and where its code went, nobody learns here: every number gets the same
answer and the same next page.
"""

import re
import unicodedata
import uuid

from django.db import transaction
from django.db.models import F
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from disputes import case_links, clocks
from disputes.guest import drafts, rights, standing
from disputes.models import Case
from disputes.models.case import ContactKind, Kind
from portal import audit
from portal.accounts.actor import Actor
from portal.gate import codes, passes
from portal.gate.address import Address, client_address
from portal.outbox import post
from receipts.guest.payment import shop_name
from receipts.lookup_form import looks_like_a_card_number

PURPOSE = "case"


@require_http_methods(["GET", "HEAD", "POST"])
def ask_number(request):
    typed, error = "", ""
    if request.method == "POST":
        typed = request.POST.get("number", "")[:40]
        number = read_number(typed)
        if number:
            browser = passes.ensure_browser(request)
            sent = send_code(number, browser, client_address(request))
            return redirect("disputes:progress_code", sent)
        error = _("请照这个样子填：2611-0472。")
        if looks_like_a_card_number(typed):
            typed = ""  # no page sends one back
    context = {
        "typed": typed,
        "error": error,
        "errors": {"number": error} if error else {},
        "own": own_cases(request),
        "drafts": [
            {"draft": draft, "kind": Kind(draft.answers["kind"]).label}
            for draft in drafts.unsent(request)
        ],
    }
    return render(request, "disputes/guest/progress.html", context)


def read_number(text: str) -> str:
    """2611-0472 as people type it: spaces, full-width characters, no dash or another one."""
    plain = re.sub(r"[\s\-–—－_号#]", "", unicodedata.normalize("NFKC", text))
    return f"{plain[:4]}-{plain[4:]}" if re.fullmatch(r"\d{8,11}", plain, re.ASCII) else ""


def own_cases(request) -> list[dict]:
    """Open ones first."""
    held = passes.held(request, PURPOSE)
    cases = (
        Case.objects.filter(number__in=held, locked_at=None)
        .select_related("policy", "payment__merchant")
        .prefetch_related(clocks.WITH_EVENTS)
        .order_by(F("closed_at").desc(nulls_first=True), "-opened_at")[:10]
    )
    return [
        {
            "case": case,
            "shop": shop_name(case.payment) if case.payment else "",
            "says": standing.of(case, clocks.of(case)).sentence,
        }
        for case in cases
    ]


@transaction.atomic
def send_code(number: str, browser: str, address: Address | None) -> uuid.UUID:
    """Send a code if there is such a case, its contact may be sent one now and nobody asks for too
    many. The name of the next page either way.
    """
    reached = codes.count_request(address)
    if codes.ALL in reached:
        _tell_operations()
    if reached:
        return uuid.uuid4()
    case = Case.objects.select_for_update(of=("self",)).filter(number=number).first()
    if case is None or case.locked_at or not codes.may_send(case.contact):
        return uuid.uuid4()
    code, digits = codes.issue(case.contact, PURPOSE, case.number, browser)
    _post(case, code, digits)
    audit.record(case.subject, "case.code_sent", actor=Actor.system("progress"))
    return code.public_id


def _tell_operations() -> None:
    """Once an hour: somebody asks for codes in bulk, or the limit is too low for this house."""
    hour = f"{timezone.now():%Y-%m-%dT%H}"
    post.news(f"codes_held_back:{hour}", topic="codes_held_back")


def _post(case: Case, code, digits: str) -> None:
    effect = f"code-{code.public_id}"
    with translation.override(case.language):
        if case.contact_kind == ContactKind.EMAIL:
            post.mail(
                effect,
                to=case.contact,
                topic="case.code",
                subject=_("验证码 %(digits)s") % {"digits": digits},
                body=_(
                    "验证码：%(digits)s\n\n请填在“查看处理进度”里，10 分钟内有效，不要告诉别人。\n"
                    "不是您本人操作的，不用理会这封邮件。\n"
                )
                % {"digits": digits},
                language=case.language,
            )
        else:
            post.sms(
                effect,
                to=case.contact,
                topic="case.code",
                body=_("【小票】验证码 %(digits)s，用于查看处理进度，10 分钟内有效，请勿告诉他人。")
                % {"digits": digits},
                language=case.language,
                is_urgent=True,
            )


@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request, public_id):
    """Takes what was sent to this browser last, whichever of these pages it stands on: whoever
    asks twice within a minute gets a second page, and no second code.
    """
    error = ""
    if request.method == "POST":
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", request.POST.get("code", "")[:40]))
        code = codes.check(PURPOSE, digits, passes.browser_hash(request), client_address(request))
        if code is not None:
            return _let_in(request, code.subject)
        error = _("验证码不对，或已经过期。请核对最新收到的 6 位数字；试过 5 次后要重新获取。")
    context = {
        "error": error,
        "errors": {"code": error} if error else {},
        "minutes": int(codes.LIFETIME.total_seconds() // 60),
    }
    return render(request, "disputes/guest/progress_code.html", context)


def _let_in(request, number: str):
    case = Case.objects.get(number=number)
    passes.grant(request, PURPOSE, number, case_links.PASS_LIFETIME)
    with transaction.atomic():
        audit.record(case.subject, "case.seen_by_code", actor=rights.customer(case))
    return redirect("disputes:case", number)
