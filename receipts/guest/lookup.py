"""What the look-up form is sent to: a payment's page, or the page that asks for one more detail."""

from datetime import timedelta

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal import money
from portal.gate import limits, passes, posture, work
from portal.gate.address import Address, client_address
from receipts import lookup, lookup_limits
from receipts.guest import home
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
            return _one_more_detail(request, form, form.basics)
        return home.draw(request, form)
    outcome = lookup.find(form.facts)
    if _is_open(request, form.facts, outcome) and isinstance(outcome, lookup.Found):
        passes.grant(request, "payment", str(outcome.payment.pk), PASS)
        return redirect(reverse("receipts:payment", args=[outcome.payment.pk]))
    return _one_more_detail(request, form, form.facts)


@require_safe
def new_work(request):
    """What the browser is to work off while its owner types."""
    return JsonResponse(work.give(lookup_limits.work_level(client_address(request))))


def _is_open(request, facts: lookup.Facts, outcome: lookup.Found | lookup.MoreDetail) -> bool:
    """Count and log the look-up whatever came of it; whether it may be told what did."""
    address = client_address(request)
    proved = _proved(request.POST.get("work", ""), address)
    decision = limits.decide(
        lookup_limits.attempt(facts, outcome, address), lookup_limits.of(facts, address, proved)
    )
    if decision.crossed:
        posture.too_many()
    return decision.is_open


def _proved(answer: str, address: Address | None) -> bool:
    """Work that was easier than what is asked by now (others behind this address failed meanwhile,
    or somebody hoarded) counts as none."""
    level = work.check(answer).level
    return level >= 0 and level >= lookup_limits.work_level(address)


def _one_more_detail(request, form: LookupForm, facts: lookup.Facts):
    """The same page whatever the reason, even that nothing was found."""
    moment = timezone.localtime(facts.moment)
    context = {
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
        **home.again(request, form),
        "arrive_at": settings.PAYMENTS_ARRIVE_AT,
    }
    return render(request, "receipts/guest/one_more_detail.html", context)
