"""Messages of the network on their way into a track: entered, waiting for their payment, put aside,
tried again, dropped."""

from dataclasses import replace
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import moment, words
from disputes.actions.receive_network import receive_network
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import NetworkFile, NetworkNotice, NetworkStep
from disputes.network import incoming
from disputes.network.incoming import Incoming
from disputes.policy.table import INSTITUTION, SYSTEM
from portal import audit
from portal.accounts.actor import Actor

LONGEST_WHY = 200
State = NetworkNotice.State


class Entered(NamedTuple):
    """`step` where it went into a track (`is_new`: not known before), else the notice."""

    step: NetworkStep | None = None
    is_new: bool = False
    notice: NetworkNotice | None = None


def _check(actor: Actor) -> None:
    role = SYSTEM if actor.kind == "system" else actor.role if actor.is_institution else ""
    if role not in INSTITUTION | {SYSTEM}:
        raise NotAllowed()


@transaction.atomic
def enter_network_message(message: Incoming, *, actor: Actor) -> Entered:
    """As typed into the form: into the track of its payment, or among those that wait for one.
    Raises what `receive_network` does, and Invalid("rrn") where several payments would do."""
    _check(actor)
    match = incoming.find(message)
    if match.payment is not None:
        step, is_new = receive_network(match.payment, message, actor=actor)
        return Entered(step, is_new)
    if match.several:
        raise Invalid("rrn", _("有几笔消费都对得上，请补参考号或者商户编号。"))
    if match.differs:
        raise Invalid("rrn", _("这个参考号的消费，尾号、金额或商户和填的不一样。"))
    return Entered(notice=wait(message, actor=actor))


def wait(
    message: Incoming, *, actor: Actor, file: NetworkFile | None = None, line: int = 0
) -> NetworkNotice:
    """It waits for its payment, which may be in the next file. The same message twice is one; one
    without a day came today, so that its last moment does not move while it waits."""
    message = replace(message, sent_on=message.sent_on or timezone.localdate(moment.now()))
    if message.network_ref:
        same = NetworkNotice.objects.filter(
            state=State.WAITING, row__network_ref=message.network_ref, row__code=message.code
        )
        if found := same.first():
            return found
    return _made(State.WAITING, message.kept, actor, file, line, "waiting")


def put_aside(
    kept: dict, reason: str, *, actor: Actor, file: NetworkFile, line: int, column: str = ""
) -> NetworkNotice:
    """A row that cannot go in: for a person, with line, column and reason."""
    return _made(State.OPEN, kept, actor, file, line, reason, column)


def _made(
    state, kept: dict, actor: Actor, file, line: int, reason: str, column=""
) -> NetworkNotice:
    notice = NetworkNotice.objects.create(
        file=file,
        line=line,
        column=column,
        reason=reason[:40],
        row=kept,
        state=state,
        created_at=moment.now(),
    )
    audit.record(
        notice.subject,
        "network_notice.kept",
        actor=actor,
        after={"state": str(state), "reason": notice.reason, "line": line},
        at=moment.now(),
    )
    return notice


@transaction.atomic
def retry_network_notice(notice: NetworkNotice, *, actor: Actor) -> NetworkStep | None:
    """Look for the payment again; the step where it went in now, None where it still waits.
    Raises what speaks against it (Refused)."""
    _check(actor)
    row = _locked(notice)
    message = message_of(row)
    match = incoming.find(message)
    if match.payment is None:
        if match.several or match.differs:
            raise WrongState(_("没有唯一对得上的消费。"))
        return None
    step, _is_new = receive_network(match.payment, message, actor=actor)
    # The same message came twice: one notice speaks of its step.
    spoken_of = NetworkNotice.objects.filter(step=step).exists()
    _settle(row, State.TAKEN, actor, "network_notice.taken", step=None if spoken_of else step)
    return step


@transaction.atomic
def drop_network_notice(notice: NetworkNotice, *, actor: Actor, why: str) -> None:
    """It is nothing of ours, and why. Raises Invalid("why")."""
    _check(actor)
    row = _locked(notice)
    why = words.one_line(why, LONGEST_WHY)
    if not why:
        raise Invalid("why", _("请写明为什么不处理。"))
    row.dropped_why = why
    _settle(row, State.DROPPED, actor, "network_notice.dropped", reason=why)


def message_of(notice: NetworkNotice) -> Incoming:
    """Raises WrongState where the row could not even be read."""
    try:
        return Incoming.read(notice.row)
    except (TypeError, ValueError):
        raise WrongState(_("这一行读不懂，请照文件用表单登记，再把它去掉。")) from None


def _locked(notice: NetworkNotice) -> NetworkNotice:
    row = NetworkNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if row.state not in {State.OPEN, State.WAITING}:
        raise WrongState(_("这一条已经处理过了：%(state)s。") % {"state": row.get_state_display()})
    return row


def _settle(row: NetworkNotice, state, actor: Actor, event: str, *, step=None, reason="") -> None:
    before = {"state": str(row.state)}
    row.state, row.settled_at, row.step = state, moment.now(), step
    row.save()
    audit.record(
        row.subject,
        event,
        actor=actor,
        before=before,
        after={"state": str(state), "step": step.pk if step else 0},
        reason=reason,
        at=moment.now(),
    )
