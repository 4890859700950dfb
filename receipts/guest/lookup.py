"""What the look-up form is sent to: a payment's page, or the page that asks for one more detail."""

from datetime import timedelta

from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal import money
from portal.gate import passes
from receipts import lookup
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
    if isinstance(outcome, lookup.Found):
        passes.grant(request, "payment", str(outcome.payment.pk), PASS)
        return redirect(reverse("receipts:payment", args=[outcome.payment.pk]))
    return _one_more_detail(request, form, form.facts)


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
        "arrive_at": settings.PAYMENTS_ARRIVE_AT,
    }
    return render(request, "receipts/guest/one_more_detail.html", context)
