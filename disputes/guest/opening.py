"""Opening a case: one question a page, a summary to check, then the number and the way back."""

import uuid
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from disputes import case_links, clocks, policy
from disputes.guest import (
    conversation,
    drafts,
    outlook,
    progress,
    rights,
    sending,
    standing,
    subject_matter,
    wizard,
)
from disputes.guest.questions import facts, words
from disputes.models.case import Kind
from portal import audit
from portal.gate import links, passes
from portal.gate.address import client_address
from portal.uploads import one_by_one
from receipts.guest import payment as payment_page

# What can be told without a payment having been found, most frequent first.
WITHOUT_PAYMENT = (
    Kind.FIND_PAYMENT,
    Kind.NO_SLIP,
    Kind.DISPUTED_CHARGE,
    Kind.SERVICE_COMPLAINT,
)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """POST begins a draft: `kind`, perhaps `payment` and `reason`, perhaps the look-up's facts."""
    if request.method != "POST":
        return render(request, "disputes/guest/start.html", {"kinds": WITHOUT_PAYMENT})
    payment = None
    if given := request.POST.get("payment"):
        payment = _entitled(request, given)
        if payment is None:
            return payment_page.closed(request)
    kind = request.POST.get("kind", "")
    rules = policy.KINDS.get(kind)
    if rules is None or not rules.by_customers or (payment is None and rules.needs_payment):
        return redirect(_choose(payment))
    if payment and "another" not in request.POST:
        first = rights.first_about(request, payment)
        if first is not None:
            return _show_first(request, first, payment, kind)
    if payment and rules.asks_amount and payment.refundable_minor <= 0:
        messages.warning(request, _("这笔消费现在没有可以退的金额。有别的疑问，请在这里选。"))
        return redirect("disputes:question", payment.pk)
    draft = drafts.begin(request, _first_answers(request, kind, payment))
    return redirect("disputes:step", draft.public_id, wizard.first_open(draft))


def _show_first(request, first, payment, kind: str):
    """Before a second case about a payment is begun: the first, where more can be said; another
    matter may still be told on its own."""
    context = {
        "first": first,
        "kind": Kind(first.kind),
        "says": standing.of(first, clocks.of(first)).sentence,
        "payment": payment,
        "shop": payment_page.shop_name(payment),
        "wanted": Kind(kind),
        "reason": request.POST.get("reason", ""),
        "may_begin": kind != first.kind,
    }
    return render(request, "disputes/guest/first.html", context)


def _entitled(request, given: str):
    try:
        return payment_page.entitled(request, uuid.UUID(given))
    except ValueError:
        return None


def _choose(payment):
    return reverse("disputes:question", args=[payment.pk]) if payment else reverse("disputes:open")


def _first_answers(request, kind: str, payment) -> dict:
    """What the page before already knew is not asked again."""
    answers: dict = {"kind": kind, "reason": "", "payment": str(payment.pk) if payment else ""}
    done = []
    reason = request.POST.get("reason", "")
    if policy.KINDS[kind].reasons and reason in {each.code for each in policy.asked_reasons()}:
        answers["reason"] = reason
        done.append("reason")
    typed = facts.typed_in(request.POST)
    if payment is None and any(typed.values()):
        errors, claimed = facts.read(typed, required=kind == Kind.FIND_PAYMENT)
        answers["facts"] = facts.without_card_numbers(typed)
        if not errors:
            answers["claimed"] = claimed
            done.append("facts")
    return {**answers, "done": done} if done else answers


@require_http_methods(["GET", "HEAD", "POST"])
def step(request, public_id, name: str):
    draft = rights.draft_of(request, public_id)
    if draft is None:
        return gone(request)
    if draft.case is not None:
        return redirect("disputes:sent", public_id)
    if not wizard.may_see(draft, name):
        return redirect("disputes:step", public_id, wizard.first_open(draft))
    if name == wizard.CHECK:
        return _check(request, draft)
    question = wizard.QUESTIONS[name]
    if question is words and one_by_one.asked(request):
        return one_by_one.take(request, drafts.files(draft), partial(drafts.keep, draft))
    errors = {}
    if request.method == "POST":
        errors = question.take(draft, request)
        if errors == {}:
            wizard.mark_done(draft, name)
        elif name in draft.answers.get("done", []):
            draft.answers["done"].remove(name)
        draft.save()
        if errors is None:
            return redirect("disputes:step", public_id, name)
        if errors == {}:
            return redirect("disputes:step", public_id, _next(request, draft, name))
    return _show(request, draft, name, errors)


def _next(request, draft, name: str) -> str:
    """Straight back to the summary for whoever came from there, if nothing else is open."""
    if request.POST.get("back_to_check"):
        return wizard.first_open(draft)
    place = wizard.place(draft, name)
    return place.after if place else wizard.first_open(draft)


def _show(request, draft, name: str, errors: dict):
    question = wizard.QUESTIONS[name]
    context = {
        "draft": draft,
        "place": wizard.place(draft, name),
        "title": question.title(draft),
        "kind": Kind(draft.answers["kind"]),
        **subject_matter.shown(draft),
        "errors": errors,
        "back_to_check": "check" in request.GET or request.POST.get("back_to_check"),
        **question.show(draft, errors),
    }
    return render(request, question.TEMPLATE, context)


def _check(request, draft):
    problem = None
    if request.method == "POST":
        problem = sending.send(request, draft)
        if problem is None:
            return redirect("disputes:sent", draft.public_id)
        if problem.get("first") and "open_first" in request.POST:
            browser = passes.ensure_browser(request)
            code = progress.send_code(problem["first"], browser, client_address(request))
            return redirect("disputes:progress_code", code)
    payment = subject_matter.payment_of(draft)
    reason = draft.answers.get("reason", "")
    kind = Kind(draft.answers["kind"])
    context = {
        "draft": draft,
        "place": wizard.place(draft, wizard.CHECK),
        "kind": kind,
        "reason": next((e.label for e in policy.asked_reasons() if e.code == reason), ""),
        **subject_matter.shown(draft),
        "claimed": subject_matter.claimed_of(draft),
        "asked": wizard.names(draft),
        "requested": draft.answers.get("requested_minor"),
        "body": words.said(draft),
        "contact": draft.answers.get("contact", ""),
        "files": [conversation.file(upload) for upload in drafts.files(draft)],
        "promises": outlook.of(kind, payment, reason),
        "merchant_reads": payment is not None and policy.KINDS[kind].merchant_takes_part,
        "problem": problem,
    }
    return render(request, "disputes/guest/check.html", context)


@require_http_methods(["GET", "POST"])
def sent(request, public_id):
    """The private link stands here once; asked for by POST, it is a new one."""
    draft = rights.draft_of(request, public_id)
    if draft is None:
        return gone(request)
    if draft.case is None:
        return redirect("disputes:step", public_id, wizard.first_open(draft))
    case = rights.case_of(request, draft.case.number)
    if case is None:
        return no_pass(request)
    link = ""
    if request.method == "POST" or not draft.answers.get("link_shown"):
        with transaction.atomic():
            link = links.address(case_links.issue(case))
            audit.record(case.subject, "case.link_shown", actor=rights.customer(case))
        draft.answers["link_shown"] = True
        draft.save()
    context = {
        "case": case,
        "draft": draft,
        "link": link,
        "told": sending.where_told(case),
        "promises": outlook.of(case.kind, case.payment, case.reason, now=case.opened_at)[1:],
    }
    return render(request, "disputes/guest/sent.html", context)


def gone(request):
    """A draft of another browser, or one erased after a week: the same page."""
    return render(request, "disputes/guest/draft_gone.html", status=404)


def no_pass(request):
    """A case this browser may not see, or one that is not there: the same page."""
    return render(request, "disputes/guest/no_pass.html", status=404)
