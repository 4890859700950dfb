"""A case's page for its customer, and what can be done there."""

import uuid
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from disputes import actions, clocks, policy
from disputes.errors import Invalid, Refused
from disputes.guest import conversation, next_up, rights, standing, timeline
from disputes.guest.opening import no_pass
from disputes.models import Message
from disputes.network import telling
from disputes.policy.parties import institution_name
from disputes.refunds import words
from portal.gate import passes
from portal.uploads import one_by_one, receiving
from portal.uploads.fields import FilesField
from portal.uploads.inspection import ACCEPT, Inspected
from portal.uploads.models import Upload
from receipts.guest.payment import shop_name


@require_http_methods(["GET", "HEAD", "POST"])
def page(request, number: str):
    """POST says something in the conversation."""
    case = rights.case_of(request, number)
    if case is None:
        return no_pass(request)
    if one_by_one.asked(request):
        return one_by_one.take(request, _waiting(case), partial(_keep, case))
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _reply(request, case)
        if not errors:
            messages.success(request, _("已发送。"))
            return redirect("disputes:case", number)
    return render(request, "disputes/guest/case.html", _context(request, case, errors))


def _reply(request, case) -> dict[str, str]:
    """Good files are kept with the case even where words or another file are refused."""
    customer, key = rights.customer(case), _key(request)
    if case.messages.filter(submission_key=key).exists():
        return {}  # the form sent twice: its files are there already
    kept = _waiting(case)
    if removed := request.POST.get("remove"):
        for upload in kept:
            if str(upload.public_id) == removed:
                receiving.discard(upload, actor=customer)
        return {"": ""}
    errors = {}
    field = FilesField(most=settings.UPLOAD_MAX_FILES - len(kept))
    try:
        field.clean(request.FILES.getlist("files"))
    except ValidationError as refused:
        errors["files"] = " ".join(refused.messages)
    for file in field.accepted:
        kept.append(_keep(case, file))
    if errors:
        return errors
    try:
        actions.reply(
            case,
            actor=customer,
            body=request.POST.get("body", ""),
            uploads=kept,
            submission_key=key,
        )
    except Invalid as invalid:
        return {invalid.field if invalid.field in {"body", "uploads"} else "": invalid.message}
    except Refused as refused:
        return {"": refused.message}
    return {}


def _keep(case, file: Inspected) -> Upload:
    return receiving.keep(file, subject=case.subject, actor=rights.customer(case))


def _key(request) -> uuid.UUID:
    """The form's own; one made up for a form that lost it, which then may send twice."""
    try:
        return uuid.UUID(request.POST.get("submission_key", ""))
    except ValueError:
        return uuid.uuid4()


def _waiting(case) -> list[Upload]:
    """Files of this customer that came with words or files that were refused."""
    sent = Message.uploads.through.objects.values("upload_id")
    return list(
        Upload.objects.filter(subject=case.subject, uploaded_by=rights.customer(case).id)
        .exclude(pk__in=sent)
        .order_by("pk")
    )


def _context(request, case, errors: dict) -> dict:
    states = clocks.of(case)
    verbs = {verb.name: verb for verb in policy.allowed(case, rights.customer(case))}
    waiting = [conversation.file(upload) for upload in _waiting(case)]
    unsent = "reply" not in verbs and errors.get("", "")
    refunds = list(case.refunds.filter(dispute=None).order_by("pk"))
    return {
        "case": case,
        "shop": shop_name(case.payment) if case.payment else "",
        "standing": standing.of(case, states),
        "refunds": words.lines(refunds, words.CONSUMER),
        "timeline": timeline.of(case, states, refunds),
        "talk": conversation.of(case),
        "banks": telling.of_case(case),
        "verbs": verbs,
        "continue_until": policy.continue_until(case),
        "errors": {name: text for name, text in errors.items() if text},
        "unsent": unsent,  # why words were not taken where the form for them is gone
        "body": request.POST.get("body", "") if errors else "",
        "submission_key": uuid.uuid4(),
        "waiting": waiting,
        "room": max(settings.UPLOAD_MAX_FILES - len(waiting), 0),
        "answer_by": standing.answer_by(case),
        "next_up": next_up.of(case, states),
        "reply_hint": _reply_hint(case),
        "accept": ACCEPT,
    }


def _reply_hint(case) -> str:
    name = institution_name()
    if not policy.merchant_reads(case):
        return _("写给%(institution)s") % {"institution": name}
    return _("写给商户和%(institution)s") % {"institution": name}


# The pages that ask once more before something is done. verb → its template.
CONFIRMED = {
    "accept_slip": "disputes/guest/accept_slip.html",
    "accept_offer": "disputes/guest/accept_offer.html",
    "decline_offer": "disputes/guest/decline_offer.html",
    "withdraw": "disputes/guest/withdraw.html",
    "escalate": "disputes/guest/escalate.html",
    "end_links": "disputes/guest/end_links.html",
    "continue_case": "disputes/guest/continue.html",
}


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, number: str, verb: str):
    case = rights.case_of(request, number)
    if case is None:
        return no_pass(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _do(request, case, verb)
            messages.success(request, DONE[verb]())
            return redirect("disputes:case", number)
        except Invalid as invalid:
            errors = {invalid.field: invalid.message}
        except Refused as refused:
            messages.warning(request, refused.message)
            return redirect("disputes:case", number)
    elif verb not in {allowed.name for allowed in policy.allowed(case, rights.customer(case))}:
        return redirect("disputes:case", number)
    context = {
        "case": case,
        "errors": errors,
        "body": request.POST.get("body", ""),
        "submission_key": uuid.uuid4(),
        "answer_by": standing.answer_by(case),
        # What came with words that were refused before goes with these.
        "waiting": _waiting(case) if verb == "continue_case" else [],
    }
    return render(request, CONFIRMED[verb], context)


DONE = {
    "accept_slip": lambda: _("谢谢您，这件事办结了。"),
    "accept_offer": lambda: _("已告诉商户您接受，这件事办结了。"),
    "decline_offer": lambda: _("已告诉商户您没有接受。"),
    "withdraw": lambda: _("已撤回。"),
    "escalate": lambda: _("已转给支付机构。"),
    "continue_case": lambda: _("已收到，会重新处理。"),
    "end_links": lambda: _("别处的链接都作废了，只有这台设备能看。"),
}


def _do(request, case, verb: str) -> None:
    customer = rights.customer(case)
    if verb == "continue_case":
        actions.continue_case(
            case,
            actor=customer,
            body=request.POST.get("body", ""),
            uploads=_waiting(case),
            submission_key=_key(request),
        )
    elif verb == "end_links":
        actions.end_links(case, actor=customer, keep=passes.browser_hash(request))
    elif verb in {"accept_offer", "decline_offer"}:
        getattr(actions, verb)(case, actor=customer, amount_minor=_seen(request))
    else:
        getattr(actions, verb)(case, actor=customer)


def _seen(request) -> int:
    """The amount on the page that was answered, in fen; 0 for a form that lost it."""
    given = request.POST.get("amount_minor", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
