"""Every verb as one call, for tests that go through all of them."""

import uuid

from disputes import actions


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
        case, actor=actor, body="办好了。", closing_reason="other", submission_key=uuid.uuid4()
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


DEEDS = {
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
