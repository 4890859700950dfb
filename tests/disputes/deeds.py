"""Every verb as one call, for tests that go through all of them."""

import uuid
from datetime import timedelta

from django.utils import timezone

from disputes import actions, clocks
from disputes.models import Case, PolicyVersion
from disputes.models.upward import Route
from disputes.policy import limits
from disputes.register import Line, What
from receipts.models import Payment, Reversal


def _reply(case, actor):
    return actions.reply(case, actor=actor, body="收到。", submission_key=uuid.uuid4())


def _ask(case, actor):
    return actions.ask_consumer(case, actor=actor, body="几号桌？", submission_key=uuid.uuid4())


def _note(case, actor):
    return actions.add_note(case, actor=actor, body="记一下。", submission_key=uuid.uuid4())


def _continue(case, actor):
    return actions.continue_case(case, actor=actor, body="不行。", submission_key=uuid.uuid4())


def _assign(case, actor):
    return actions.assign(case, actor=actor, assignee=actor.user)


def _escalate(case, actor):
    return actions.escalate(case, actor=actor)


def _withdraw(case, actor):
    return actions.withdraw(case, actor=actor)


def _closing(verb):
    return lambda case, actor: getattr(actions, verb)(
        case,
        actor=actor,
        body="办好了。",
        closing_reason="other",
        root_cause="none_found",
        submission_key=uuid.uuid4(),
    )


def _offer(case, actor):
    return actions.offer_refund(
        case, actor=actor, amount_minor=100, body="退一点。", submission_key=uuid.uuid4()
    )


def _answer(verb):
    return lambda case, actor: getattr(actions, verb)(
        case, actor=actor, amount_minor=case.offered_minor or 100
    )


def _plainly(verb):
    return lambda case, actor: getattr(actions, verb)(case, actor=actor)


def _ask_extension(case, actor):
    return actions.ask_extension(case, actor=actor, days=30, reason="要等发卡行答复。")


def _forwarded(case, actor):
    return actions.note_forwarded(
        case, actor=actor, on=timezone.localdate(), reference="银转〔2026〕12号"
    )


def letter(what: str, **values) -> Line:
    """A line of the register, of today."""
    given = {"party": Route.CENTRAL_BANK, "way": "letter", "on": timezone.localdate()}
    return Line(what=what, **(given | {"reference": f"银函{uuid.uuid4().hex[:6]}"} | values))


def _entered(verb, what):
    return lambda case, actor: getattr(actions, verb)(case, actor=actor, line=letter(what))


def _answer_request(case, actor):
    asked = case.upward.filter(what=What.FILE_REQUEST).first()
    line = letter(What.ANSWER, answers=asked.number if asked else 0)
    return actions.answer_request(case, actor=actor, line=line)


def _issue_file(case, actor):
    return actions.issue_file(
        case,
        actor=actor,
        scope="shared",
        party=Route.CENTRAL_BANK,
        purpose="人民银行分支机构调取",
        submission_key=uuid.uuid4(),
    )


def _take_file(case, actor):
    return actions.take_file(case, actor=actor)


def _say_gone_up(case, actor):
    return actions.say_gone_up(case, actor=actor, line=letter(What.GONE_UP))


def _differs(case, everybody):
    """A file tells of a fen less than was let go."""
    _approved(case, everybody)
    told(case, 38_649)


def told(case, amount_minor: int) -> Reversal:
    """A file's row of a refund of the case's payment, come now."""
    return Reversal.objects.create(
        payment=case.payment,
        kind="refund",
        amount_minor=amount_minor,
        occurred_at=timezone.now(),
        identity=f"told {amount_minor}",
    )


def _settle_difference(case, actor):
    row = case.payment.reversals.order_by("pk").last()
    return actions.settle_difference(
        case,
        actor=actor,
        key=f"reversal:{row.pk if row else 0}",
        why="amount",
        amount_minor=row.amount_minor if row else 0,
        reason="收单方更正了金额。",
    )


def _requested(case, everybody):
    DEEDS["escalate"](case, everybody["support"])
    DEEDS["note_request"](case, everybody["support"])


def _move(case, actor):
    return actions.move_policy(case, actor=actor, reason="按新规则办。")


def _end_links(case, actor):
    return actions.end_links(case, actor=actor, reason="手机丢了。")


def twin(case) -> Case:
    """An earlier case of the same contact and shop, at the institution; always the same one."""
    if found := Case.objects.filter(number="2611-9001").first():
        return found
    values = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    values |= {"id": None, "number": "2611-9001", "stage": "institution", "status": "new"}
    values |= {"public_id": uuid.uuid4(), "submission_key": uuid.uuid4(), "closed_at": None}
    values |= {"opened_at": case.opened_at - timedelta(hours=1)}
    return Case.objects.create(**values)


def _merge(case, actor):
    return actions.merge(case, actor=actor, other=twin(case))


def _no_slip(case, _everybody):
    case.kind = "no_slip"


def _offered(case, _everybody):
    case.offered_minor = 100


def _may_be_longer(case, _everybody):
    clocks.apply(case, "opened", starts=(limits.ANSWER,))


def _longer_asked(case, everybody):
    _may_be_longer(case, everybody)
    asking = everybody["support"].user
    case.extension_by = asking
    case.extensions.create(
        clock=limits.ANSWER,
        limit={"amount": 30, "unit": "calendar_days"},
        reason="要等发卡行答复。",
        asked_by=asking,
        asker_person=asking.person,
        asked_at=case.opened_at,
    )


def _newer_policy(_case, _everybody):
    PolicyVersion.objects.create(number=2, limits=limits.DEFAULTS)


def _propose(case, actor):
    return actions.propose_refund(
        case, actor=actor, amount_minor=38_650, reason="没有上菜。", submission_key=uuid.uuid4(),
        proved_at=timezone.now(),
    )  # fmt: skip


def _edit(case, actor):
    return actions.edit_refund(case, actor=actor, version=1, amount_minor=100, reason="少退。")


def _approve(case, actor):
    return actions.approve_refund(
        case, actor=actor, amount_minor=38_650, version=1, proved_at=timezone.now()
    )


def _refuse_refund(case, actor):
    return actions.refuse_refund(case, actor=actor, reason="已经退过。")


def _executed(case, actor):
    return actions.note_executed(case, actor=actor, refund=_number(case), reference="112300012345")


def _not_executed(case, actor):
    return actions.note_not_executed(case, actor=actor, refund=_number(case), reason="销户。")


def _number(case) -> str:
    return next(iter(case.refunds.values_list("number", flat=True)), "")


def _proposed(case, everybody):
    _propose(case, everybody["manager"])


def _approved(case, everybody):
    _proposed(case, everybody)
    _approve(case, everybody["supervisor"])


def later_payment(case) -> Payment:
    """Of the same card in the same shop, an hour later."""
    later = case.payment.occurred_at + timedelta(hours=1)
    if found := Payment.objects.filter(occurred_at=later).first():
        return found
    values = {f.attname: getattr(case.payment, f.attname) for f in Payment._meta.concrete_fields}
    values |= {"id": uuid.uuid4(), "voucher_no": "", "rrn": "", "occurred_at": later}
    return Payment.objects.create(**values)


def _paid_again(case, everybody):
    _approved(case, everybody)
    later_payment(case)


def _redo(case, actor):
    return actions.link_redo(case, actor=actor, payment=later_payment(case))


# What must be so of a case before the verb is possible, stage and status apart; a refund request
# is given. Called once; saving the case is the caller's.
NEEDS = {
    "edit_refund": _proposed,
    "withdraw_proposal": _proposed,
    "approve_refund": _proposed,
    "refuse_refund": _proposed,
    "note_executed": _approved,
    "link_redo": _paid_again,
    "note_not_executed": _approved,
    "accept_offer": _offered,
    "decline_offer": _offered,
    "reprint": _no_slip,
    "accept_slip": _no_slip,
    "ask_extension": _may_be_longer,
    "approve_extension": _longer_asked,
    "refuse_extension": _longer_asked,
    "move_policy": _newer_policy,
    "merge": lambda case, _everybody: twin(case),
    "answer_request": _requested,
    "settle_difference": _differs,
}

DEEDS = {
    "propose_refund": _propose,
    "edit_refund": _edit,
    "withdraw_proposal": _plainly("withdraw_proposal"),
    "approve_refund": _approve,
    "refuse_refund": _refuse_refund,
    "note_executed": _executed,
    "link_redo": _redo,
    "note_not_executed": _not_executed,
    "ask_extension": _ask_extension,
    "approve_extension": _plainly("approve_extension"),
    "refuse_extension": _plainly("refuse_extension"),
    "note_forwarded": _forwarded,
    "note_accepted": _entered("note_accepted", What.ACCEPTED),
    "note_request": _entered("note_request", What.FILE_REQUEST),
    "note_decision": _entered("note_decision", What.DECISION),
    "note_reply": _entered("note_reply", What.OTHER),
    "note_sent": _entered("note_sent", What.OTHER),
    "answer_request": _answer_request,
    "issue_file": _issue_file,
    "take_file": _take_file,
    "say_gone_up": _say_gone_up,
    "settle_difference": _settle_difference,
    "move_policy": _move,
    "merge": _merge,
    "part": _plainly("part"),
    "end_links": _end_links,
    "offer_refund": _offer,
    "accept_offer": _answer("accept_offer"),
    "decline_offer": _answer("decline_offer"),
    "reprint": _plainly("reprint"),
    "accept_slip": _plainly("accept_slip"),
    "reply": _reply,
    "ask_consumer": _ask,
    "add_note": _note,
    "assign": _assign,
    "escalate": _escalate,
    "resolve": _closing("resolve"),
    "reject": _closing("reject"),
    "withdraw": _withdraw,
    "continue_case": _continue,
}
