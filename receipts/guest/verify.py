"""Where anybody who was handed a slip finds out whether it is genuine."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.gate.address import client_address, household
from receipts.models import SlipIssue
from receipts.models.payment import Kind, Status
from receipts.slip import codes, verifying

LATER = "receipts/guest/verify_later.html"
LONGEST = 60  # characters of a code that are worth reading


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The form for the code; a typed one leads to its own page."""
    if request.method != "POST":
        return form(request)
    typed = request.POST.get("code", "")[:LONGEST].strip()
    code = codes.typed(typed)
    if not code:
        return form(request, typed, _unreadable(typed))
    return redirect("receipts:verify_code", code)


@require_safe
def verify_short(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code on a slip leads to."""
    return redirect("receipts:verify_code", codes.typed(code[:LONGEST]) or code[:LONGEST])


@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    plain = codes.typed(code[:LONGEST])
    if not plain:  # can be told without looking: no slip of ours bears it
        return form(request, code[:LONGEST], _unreadable(code), status=404)
    try:
        answer = verifying.by_code(plain, address=household(client_address(request)))
    except verifying.TooManyTries as limit:
        return render(request, LATER, {"until": limit.until}, status=429)
    context = {"code": codes.grouped(plain)} | result(answer)
    status = 404 if answer.issue is None else 200
    return render(request, "receipts/guest/verify_result.html", context, status=status)


def result(answer: verifying.Answer) -> dict:
    """For the page: how the slip stands, and what is printed on it."""
    context: dict = {"standing": str(answer.standing), "issue": answer.issue}
    if answer.issue is not None:
        context["printed"] = printed(answer.issue)
    return context


def printed(issue: SlipIssue) -> dict:
    """What stands on the slip, in the words of these pages."""
    shown = issue.shown
    if not shown:
        return {}
    name = (get_language() == "en" and shown["merchant_en"]) or shown["merchant"]
    return shown | {
        "merchant": name or shown["merchant_no"],
        "kind": Kind(shown["kind"]).label,
        "status": Status(shown["status"]).label,
        "occurred_at": datetime.fromisoformat(shown["occurred_at"]),
    }


def form(
    request: HttpRequest,
    typed: str = "",
    error: str = "",
    *,
    file_error: str = "",
    status: int = 200,
) -> HttpResponse:
    errors = {"code": error, "file": file_error}
    context = {"typed": typed, "errors": {name: text for name, text in errors.items() if text}}
    return render(request, "receipts/guest/verify.html", context, status=status)


def _unreadable(typed: str) -> str:
    if not typed.strip():
        return _("请填小票上的核验码。")
    return _("核验码有 12 位，没有数字 0 和 1、字母 O 和 I。请对照小票再看一遍。")
