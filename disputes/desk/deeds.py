"""What a posted form means: from its plain values to the verb of the case.

The verb itself decides whether it may be done; nothing is decided here.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from disputes import actions, mentions
from disputes.actions.step import lock, sent
from disputes.desk import attaching, canned, refund_forms, special, writing
from disputes.models import Case
from disputes.policy import limits
from portal.accounts.access import note_refusal
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.durable import durable
from receipts.lookup_form import LONGEST, Unreadable, read_sum


def _key(form) -> uuid.UUID:
    try:
        return uuid.UUID(form.get("submission_key", ""))
    except ValueError:
        return uuid.uuid4()


def _reply(case: Case, actor: Actor, form, audience: str, uploads=()) -> str:
    actions.reply(case, **_said(actor, form, uploads), audience=audience or "all")
    return _("已发送。")


def _add_note(case: Case, actor: Actor, form, audience: str, uploads=()) -> str:
    note = actions.add_note(case, **_said(actor, form, uploads))
    if mentions.reached_nobody(note.body, actor):
        return _("备注已记下。@ 后面不是同事的名字，没有人收到通知。")
    return _("备注已记下。")


def _ask_consumer(case: Case, actor: Actor, form, audience: str, uploads=()) -> str:
    actions.ask_consumer(case, **_said(actor, form, uploads))
    if case.due_at is not None:  # one that waits for no customer
        return _("已发送给客户，%(clock)s照常计时。") % {"clock": limits.LABELS[case.due_clock]}
    return _("已发送给客户，计时暂停。")


def _said(actor: Actor, form, uploads) -> dict:
    return {
        "actor": actor,
        "body": form.get("body", ""),
        "uploads": uploads,
        "submission_key": _key(form),
    }


def _amount(form, verb: str) -> int | None:
    """In fen; None where the field is left empty."""
    name = f"amount_{verb}"
    typed = form.get(name, "").strip()[:LONGEST]
    try:
        return read_sum(typed) if typed else None
    except Unreadable as error:
        raise actions.Invalid(name, str(error)) from None


def _offer(case: Case, actor: Actor, form, audience: str, uploads=()) -> str:
    amount = _amount(form, "offer_refund") or 0
    try:
        actions.offer_refund(case, **_said(actor, form, uploads), amount_minor=amount)
    except actions.Invalid as error:
        field = "amount_offer_refund" if error.field == "amount" else error.field
        raise actions.Invalid(field, error.message) from None
    return _("已告诉客户，等客户答复，计时暂停。")


def _reprint(case: Case, actor: Actor, form, audience: str) -> str:
    actions.reprint(case, actor=actor)
    return _("已告诉客户小票补打好了。")


def _resolve(case: Case, actor: Actor, form, audience: str, uploads=()) -> str:
    amount = _amount(form, "resolve")
    actions.resolve(case, **_closing(actor, form, "resolve", uploads), agreed_minor=amount)
    return _("已办结，客户会收到结果。")


def _reject(case: Case, actor: Actor, form, audience: str, uploads=()) -> str:
    actions.reject(case, **_closing(actor, form, "reject", uploads))
    return _("已告诉客户不予支持，以及理由。")


def _closing(actor: Actor, form, verb: str, uploads) -> dict:
    return {
        **_said(actor, form, uploads),
        "closing_reason": form.get(f"reason_{verb}", ""),
        "root_cause": form.get(f"cause_{verb}", ""),
    }


def _escalate(case: Case, actor: Actor, form, audience: str) -> str:
    actions.escalate(case, actor=actor)
    return _("已转到支付机构，并告诉了客户。")


DEEDS: dict[str, Callable[..., str]] = {
    "reply": _reply,
    "add_note": _add_note,
    "ask_consumer": _ask_consumer,
    "offer_refund": _offer,
    "reprint": _reprint,
    "resolve": _resolve,
    "reject": _reject,
    "escalate": _escalate,
    **special.DEEDS,
    **refund_forms.DEEDS,
}


def do(
    case: Case, actor: Actor, form, proved_at: datetime | None = None, uploads: Sequence = ()
) -> str:
    """Do what the form asks; the answer is the sentence that says so. `proved_at`: when the actor
    last showed the second factor, for what lets money go. `uploads` go with the words; a verb
    that says none leaves them.

    Raises what the verb raises (`actions.Refused`), Http404 for a verb no form of ours has.
    """
    verb, _colon, audience = form.get("verb", "").partition(":")
    if verb not in DEEDS:
        raise Http404
    # Around the verb, so it is this transaction that waits for the disk where money moves.
    with durable() if verb in refund_forms.DEEDS else transaction.atomic():
        lock(case)
        if sent(_key(form)) is None:
            writing.check_nothing_new(case, actor, verb, form.get("seen", ""))
        canned.check_reach(case, actor, form.get("verb", ""), form.get("body", ""))
        more = proved_at if verb in refund_forms.DEEDS else audience
        files = {"uploads": uploads} if uploads and verb in attaching.WITH_FILES else {}
        said = DEEDS[verb](case, actor, form, more, **files)
        if form.get("body", "").strip():
            writing.forget(case, actor)
    return said


def give(case: Case, actor: Actor, assignee: User | None, note: str = "") -> None:
    actions.assign(case, actor=actor, assignee=assignee, note=note)


def refusal(request, error: actions.Refused) -> dict[str, str]:
    """The error of a verb, in words, by the field it belongs to. That somebody tried what their
    role may not is written down."""
    if isinstance(error, actions.NotAllowed):
        note_refusal(request)
    field = error.field if isinstance(error, actions.Invalid) else "form"
    return {field: str(error.message)}
