"""Disputes with the card network on the institution's desk: the list, one track, what is done."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from disputes import actions
from disputes.desk import network_giving, network_page
from disputes.desk.deeds import refusal
from disputes.models import NetworkDispute, NetworkEvidence, NetworkFile, NetworkNotice
from disputes.models.network import CardKind, State
from disputes.network import file_import, mapping
from disputes.network.incoming import Incoming
from disputes.policy import network as rules
from portal.accounts import step_up
from portal.accounts.access import CASE_READERS, CASE_STAFF, role_required
from portal.audit import reading
from portal.uploads import receiving
from portal.uploads.fields import FilesField
from portal.uploads.inspection import ACCEPT
from receipts.lookup_form import LONGEST, Unreadable, read_sum

SHOWN = {
    "ours": [*sorted(rules.OURS_TO_ANSWER)],
    "theirs": [State.REPRESENTED, State.NEGOTIATING],
    "quiet": [*sorted(rules.NOTHING_OPEN | rules.ASKED_FOR_SLIP), State.BEGUN],
    "over": [*sorted(rules.CLOSED)],
}
FILES_SHOWN = 10


@require_safe
@role_required(*CASE_READERS)
def disputes(request):
    return _list(request)


def _list(request, errors: dict | None = None):
    chosen = request.GET.get("show", "ours")
    chosen = chosen if chosen in SHOWN else "ours"
    found = network_page.visible(request.actor).filter(state__in=SHOWN[chosen])
    order = ["due_at", "pk"] if chosen == "ours" else ["-pk"]
    listed = list(found.order_by(*order)[: network_page.LISTED])
    reading.note(request.actor, "list:network", what=reading.What.LISTED)
    context = {
        "chosen": chosen,
        "rows": [(each, network_page.left(each.due_at)) for each in listed],
        "notices": network_page.notices(),
        "files": NetworkFile.objects.order_by("-pk")[:FILES_SHOWN],
        "formats": mapping.names(),
        "codes": [(code, rules.STEPS[code].name) for code in rules.INCOMING],
        "kinds": [choice for choice in CardKind.choices if choice[0]],
        "may_work": request.actor.role in CASE_STAFF,
        "errors": errors or {},
        "form": request.POST if errors else {},
    }
    return render(request, "disputes/desk/network.html", context, status=422 if errors else 200)


@require_POST
@role_required(*CASE_STAFF)
def enter(request):
    """A message typed in: `do` = enter | retry | drop | load."""
    deed = {"enter": _enter, "retry": _retry, "drop": _drop, "load": _load}.get(
        request.POST.get("do", "")
    )
    if deed is None:
        raise Http404
    try:
        to = deed(request)
    except actions.Refused as error:
        return _list(request, refusal(request, error))
    return redirect("desk:network_dispute", to) if to else redirect("desk:network")


def _enter(request):
    form = request.POST
    message = Incoming(
        code=_code(form),
        rrn=_digits(form, "rrn", 12),
        card_tail=_digits(form, "card_tail", 4),
        on=_day(form, "on", _("请填消费的日期。")),
        payment_minor=_amount(form, "payment_amount"),
        **_of_message(form),
    )
    if not message.rrn and not (message.card_tail and message.paid_minor):
        raise actions.Invalid("rrn", _("请填参考号；没有的话填尾号和消费金额。"))
    if message.on is None:
        raise actions.Invalid("on", _("请填消费的日期。"))
    entered = actions.enter_network_message(message, actor=request.actor)
    if entered.step is None:
        messages.success(request, _("还没有这笔消费，先记下来；消费来了会自动对上。"))
        return None
    said = _("已登记。") if entered.is_new else _("这一条已经登记过了，没有重复登记。")
    messages.success(request, said)
    return entered.step.dispute.public_id


def _of_message(form) -> dict:
    kind = form.get("card_kind", "")
    return {
        "amount_minor": _amount(form, "amount"),
        "network_ref": form.get("network_ref", "").strip()[:40],
        "reason_code": form.get("reason_code", "").strip()[:12],
        "text": form.get("words", ""),
        "card_kind": kind if kind in {CardKind.DEBIT, CardKind.CREDIT} else "",
        "sent_on": _day(form, "sent_on", _("请填银联发出的日期。")),
        "due_on": _day(form, "due_on", _("请填答复期限的日期。")),
    }


def _code(form) -> str:
    code = form.get("code", "")
    if code not in rules.INCOMING:
        raise actions.Invalid("code", _("请选银联来的是什么。"))
    return code


def _digits(form, name: str, longest: int) -> str:
    text = "".join(form.get(name, "").split())
    if text and not (text.isascii() and text.isalnum() and len(text) <= longest):
        raise actions.Invalid(name, _("最多 %(n)s 位数字。") % {"n": longest})
    return text


def _day(form, name: str, wrong: str) -> date | None:
    text = form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise actions.Invalid(name, wrong) from None


def _amount(form, name: str) -> int | None:
    typed = form.get(name, "").strip()[:LONGEST]
    try:
        return read_sum(typed) if typed else None
    except Unreadable as error:
        raise actions.Invalid(name, str(error)) from None


def _retry(request):
    step = actions.retry_network_notice(_notice(request), actor=request.actor)
    if step is None:
        messages.warning(request, _("这笔消费还没有来。"))
        return None
    messages.success(request, _("对上了，已登记。"))
    return step.dispute.public_id


def _drop(request):
    actions.drop_network_notice(
        _notice(request), actor=request.actor, why=request.POST.get("why", "")
    )
    messages.success(request, _("记下了：这一条不处理，以及为什么。"))


def _notice(request) -> NetworkNotice:
    text = request.POST.get("notice", "")
    pk = int(text) if text.isdecimal() and len(text) < 18 else 0
    return get_object_or_404(NetworkNotice, pk=pk)


def _load(request):
    given = request.FILES.get("file")
    if given is None:
        raise actions.Invalid("file", _("请选一个文件。"))
    loaded = file_import.load_upload(given, request.POST.get("format", ""), actor=request.actor)
    messages.success(request, file_import.in_words(loaded))


# --- one track -----------------------------------------------------------------------------------


@require_safe
@role_required(*CASE_READERS)
def dispute(request, public_id):
    return _show(request, _dispute(request, public_id))


@require_POST
@role_required(*CASE_STAFF)
def act(request, public_id):
    """`do` = a code of ours | receive | settle_kind | slip."""
    found = _dispute(request, public_id)
    do = request.POST.get("do", "")
    deed = {"receive": _receive, "settle_kind": _settle_kind, "slip": _slip}.get(do)
    if deed is None and do in rules.OUTGOING:
        deed = _send
    if deed is None:
        raise Http404
    try:
        said = deed(request, found)
    except actions.Refused as error:
        return _show(request, _dispute(request, public_id), refusal(request, error))
    messages.success(request, said)
    return redirect("desk:network_dispute", public_id)


def _send(request, found: NetworkDispute) -> str:
    form, code = request.POST, request.POST["do"]
    if code in rules.PROPOSED_AS:
        return network_giving.said(
            actions.propose_network(
                found,
                actor=request.actor,
                code=code,
                text=form.get("text", ""),
                amount_minor=_amount(form, "amount"),
                proved_at=step_up.proved_at(request),
            )
        )
    actions.answer_network(
        found,
        actor=request.actor,
        code=code,
        text=form.get("text", ""),
        chosen=tuple(form.getlist("evidence")),
    )
    return _("已记下：%(step)s。") % {"step": rules.STEPS[code].name}


def _receive(request, found: NetworkDispute) -> str:
    if found.payment is None:
        raise Http404
    message = Incoming(code=_code(request.POST), **_of_message(request.POST))
    _step, is_new = actions.receive_network(found.payment, message, actor=request.actor)
    return _("已登记。") if is_new else _("这一条已经登记过了，没有重复登记。")


def _settle_kind(request, found: NetworkDispute) -> str:
    form = request.POST
    actions.settle_card_kind(
        found, actor=request.actor, kind=form.get("card_kind", ""), how=form.get("how", "")
    )
    return _("卡种记下了。")


def _slip(request, found: NetworkDispute) -> str:
    return give_slip(request, found)


def give_slip(request, found: NetworkDispute) -> str:
    """Files of a form become the track's signed slip; of a merchant's page and of the desk's."""
    field = FilesField()
    try:
        field.clean(request.FILES.getlist("files"))
    except ValidationError as refused:
        raise actions.Invalid("files", " ".join(refused.messages)) from None
    kept = [
        receiving.keep(file, subject=found.subject, actor=request.actor) for file in field.accepted
    ]
    try:
        actions.give_signed_slip(found, actor=request.actor, uploads=kept)
    except actions.Refused:
        for upload in kept:
            receiving.discard(upload, actor=request.actor)
        raise
    return _("签字小票收到了，谢谢。")


def _dispute(request, public_id) -> NetworkDispute:
    return get_object_or_404(network_page.visible(request.actor), public_id=public_id)


def _show(request, found: NetworkDispute, errors: dict | None = None):
    reading.note(request.actor, found.subject)
    page = network_page.of(found, request.actor, step_up.proved_at(request))
    if errors:
        form = request.POST
        page = network_page.as_ticked(page, form.get("do", ""), form.getlist("evidence"))
    context = {
        "page": page,
        "slips": found.slips.select_related("upload", "by"),
        "kinds": [choice for choice in CardKind.choices if choice[0]],
        "accept": ACCEPT,
        "errors": errors or {},
        "form": request.POST if errors else {},
        "do": request.POST.get("do", "") if errors else "",
    }
    status = 422 if errors else 200
    return render(request, "disputes/desk/network_dispute.html", context, status=status)


@require_safe
@role_required(*CASE_READERS)
def evidence(request, public_id, step: int):
    """What was sent, as it was sent."""
    found = _dispute(request, public_id)
    sent = get_object_or_404(NetworkEvidence, step__dispute=found, step=step)
    if not sent.file:
        raise Http404
    reading.note(request.actor, found.subject, what=reading.What.DOWNLOADED)
    name = f"{sent.step.code}-{found.public_id.hex[:8]}.zip"
    answer = FileResponse(sent.file.open("rb"), as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer
