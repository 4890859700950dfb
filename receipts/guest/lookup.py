"""What the look-up form is sent to: a payment's page, or the page that asks for one more detail."""

from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal import money
from portal.gate import floor, passes, work
from portal.gate.address import client_address
from receipts import looking_up, lookup_limits
from receipts.guest import home
from receipts.lookup import Facts
from receipts.lookup_form import LookupForm

# How long a browser may see a payment that it found.
PASS = timedelta(minutes=30)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request):
    if request.method != "POST":
        return redirect("receipts:home")
    form = LookupForm.read(request.POST)
    if form.facts is None:
        if form.basics and "detail" in request.POST:
            return _one_more_detail(request, form.basics, form)
        return home.draw(request, form)
    asked = (form.facts, request.POST.get("work", ""), client_address(request))
    if settings.LOOKUP_FLOOR:
        id = floor.ask(request, looking_up.as_question(*asked), looking_up.answer)
        return redirect(reverse("receipts:answer", args=[id]), status=303)
    return _tell(request, looking_up.look_up(*asked), form.facts, form)


@require_safe
def answer(request, id: UUID):
    """What came of a look-up, not before its time; until then a page that asks again."""
    held = floor.find(request, id, looking_up.answer)
    if held is None:
        return redirect("receipts:home")
    if not floor.is_ready(held):
        return _still_looking(request, held.ready_at)
    facts = looking_up.facts_of(floor.asked(held))
    return _tell(
        request, held.subject, facts, _details(facts), PASS - (timezone.now() - held.asked_at)
    )


@require_safe
def new_work(request):
    """What the browser is to work off while its owner types."""
    return JsonResponse(work.give(lookup_limits.work_level(client_address(request))))


def _still_looking(request, ready_at: datetime):
    page = render(request, "receipts/guest/looking.html")
    page.headers["Refresh"] = max(1, ceil((ready_at - timezone.now()).total_seconds()))
    return page


def _details(facts: Facts) -> LookupForm:
    return LookupForm(
        values={
            "merchant_name": facts.merchant_name,
            "auth_code": facts.auth_code,
            "rrn": facts.rrn,
        }
    )


def _tell(request, subject: str, facts: Facts, form: LookupForm, lasts: timedelta = PASS):
    if not subject:
        return _one_more_detail(request, facts, form)
    passes.grant(request, "payment", subject, lasts)
    return redirect(reverse("receipts:payment", args=[subject]))


def _one_more_detail(request, facts: Facts, form: LookupForm):
    """The same page whatever the reason, even that nothing was found."""
    context = page_of(facts, form) | home.again(request, form)
    return render(request, "receipts/guest/one_more_detail.html", context)


def page_of(facts: Facts, form: LookupForm) -> dict:
    """What the page for one more detail is drawn from."""
    moment = timezone.localtime(facts.moment)
    return {
        "facts": facts,
        "values": form.values,
        "errors": form.errors,
        # The look-up as it was read: a complete one again with any detail beside it.
        "kept": {
            "card_tail": facts.card_tail,
            "date": moment.date().isoformat(),
            "time": f"{moment:%H:%M}",
            "amount": money.digits(facts.amount_minor),
        }.items(),
        "arrive_at": settings.PAYMENTS_ARRIVE_AT,
    }
