"""What all verbs share: take the case under a lock, see what the policy says, follow it.

with transaction.atomic():
    row, role = take(case, actor, "reply")
    step = allowed_step(row, actor, role, "reply")
    …
    follow(row, step, actor=actor, key=…)
"""

import uuid

from django.db.models import BigAutoField, UUIDField
from django.utils.translation import gettext as _

from disputes import (
    assigning,
    case_links,
    clocks,
    extensions,
    meanwhile,
    messages_out,
    moment,
    offers,
    policy,
    to_do,
    wording,
    words,
)
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import Case, Message, Offer
from disputes.models.message import Audience, Author
from disputes.policy import refunding
from disputes.policy.parties import role_in
from disputes.policy.table import AS_BEFORE_MERGING, AS_BEFORE_THE_PAUSE, STAGE_CLOCKS, Step
from disputes.refunds import course
from disputes.year import handled
from portal import audit, compiled_writes
from portal.accounts.actor import Actor
from portal.compiled import Compiled, Later

QUOTED = 56
_taken = Compiled(
    lambda: (
        Case.objects.select_for_update(of=("self",))
        .select_related("policy", "organisation", "assignee")
        .filter(pk=Later("pk", Case._meta.pk))
    )
)
_lock = Compiled(
    lambda: (
        Case.objects.select_for_update().filter(pk=Later("case", BigAutoField())).values_list("pk")
    )
)
_sent = Compiled(lambda: Message.objects.filter(submission_key=Later("key", UUIDField())))


def lock(case) -> None:
    """For this transaction, before anything of the case is looked at."""
    _lock.first(case=case.pk)


def take(case, actor: Actor, verb: str) -> tuple[Case, str]:
    """The case's row, locked for this transaction, and the actor's role before it."""
    row = compiled_writes.as_read(_taken.get(pk=case.pk))
    role = role_in(row, actor)
    if row.locked_at or row.erased_at:
        raise NotAllowed(_("这个案件的内容已经封存或删除，不能再办理。"))
    if not role or not policy.ever_allowed(row, role, verb):
        raise NotAllowed()
    return row, role


def allowed_step(
    row: Case, actor: Actor, role: str, verb: str, audience: str | None = None
) -> Step:
    """The policy's row for this, or WrongState with what happened meanwhile."""
    step = policy.find_step(row, role, verb, audience)
    if step is None:
        raise WrongState(meanwhile.explain(row, role, verb, actor))
    return step


def sent(submission_key: uuid.UUID) -> Message | None:
    """What a form with this key made when it was sent before."""
    return next(iter(_sent.queryset(key=submission_key)), None)


def earlier(
    row: Case, actor: Actor, submission_key: uuid.UUID, *, event: str = "", internal: bool = False
) -> Message | None:
    """What the same form made when it was sent before. A key that made something else (another
    case, person or verb) is refused rather than answered with that.
    """
    message = sent(submission_key)
    if message is None:
        return None
    made = (message.case_id, message.author_kind, message.author_id, message.event)
    asked = (row.pk, actor.kind, actor.user.pk if actor.user else None, event)
    if made != asked or (message.audience == Audience.INTERNAL) != internal:
        raise Invalid("submission_key", meanwhile.already_used())
    return message


def say(
    row: Case, *, actor: Actor, body: str, audience: str, submission_key, uploads=(), event=""
) -> Message:
    """Add what the actor says. The queue shows the last word that merchant and institution see."""
    message = Message.objects.create(
        case=row,
        author_kind=actor.kind,
        author=actor.user,
        organisation=actor.organisation,
        audience=audience,
        event=event,
        body=body,
        submission_key=submission_key,
        created_at=moment.now(),
    )
    if uploads:
        message.uploads.set(uploads)
    wording.note_message(message)
    if audience != Audience.INTERNAL:
        row.last_word = last_word(actor, body)
        row.last_word_at = message.created_at
    return message


def last_word(actor: Actor, body: str) -> str:
    text = words.one_line(body, QUOTED)
    return f"“{text}”" if actor.is_consumer else text


def system_line(row: Case, event: str, detail: str = "") -> Message:
    """`detail` stands in the line (disputes.events): an amount, a day."""
    line = Message(
        case=row,
        author_kind=Author.SYSTEM,
        audience=Audience.ALL,
        event=event,
        body=detail,
        submission_key=uuid.uuid4(),
        created_at=moment.now(),
    )
    compiled_writes.insert(line)
    return line


def follow(
    row: Case,
    step: Step,
    *,
    actor: Actor,
    key: str,
    facts: dict | None = None,
    personal: dict | None = None,
    before: dict | None = None,
    reason: str = "",
    detail: str = "",
    since: clocks.Since | None = None,
    named: clocks.Named | None = None,
) -> None:
    """Do to the case what the step says: stage, clocks, status, line, trail, messages; save.

    `key` makes the step's outbox rows unique; `facts` and `personal` go into the audit event;
    `detail` stands in the line that the conversation says itself; `since` and `named` as for
    `clocks.apply`.
    """
    old_facts = {**place(row), **(before or {})}
    was_open, was_at = row.is_open, row.stage
    if step.to_stage and step.to_stage != row.stage:
        row.stage = step.to_stage
        row.escalated_at = moment.now()
    clocks.apply(
        row,
        step.event,
        starts=_started(step, row),
        since=since,
        named=named,
        pauses=step.pauses,
        resumes=step.resumes,
        stops=step.stops,
    )
    if step.to_status == AS_BEFORE_THE_PAUSE:
        row.status = policy.status_after_pause(clocks.runs(row, policy.FIRST_REPLY))
    elif step.to_status == AS_BEFORE_MERGING:
        row.status, row.merged_from = row.merged_from, ""
    elif step.to_status:
        row.status = step.to_status
    if step.to_stage or not row.is_open:
        offers.end(row, Offer.Answer.LAPSED)
        extensions.lapse(row)
    if row.status not in refunding.AGREED:
        course.lapse(row)
    if was_open != row.is_open:
        row.closed_at = None if row.is_open else moment.now()
        handled.note(row)
        case_links.follow_state(row)
    if step.repeat:
        row.continued += 1
    compiled_writes.update(row)
    if (was_open, was_at) != (row.is_open, row.stage):
        to_do.count_again(row.organisation_id)
    if step.says:
        system_line(row, step.says, detail)
    audit.record(
        row.subject,
        f"case.{step.event}",
        actor=actor,
        before=old_facts,
        after={**place(row), **(facts or {})},
        personal=personal,
        reason=reason,
        at=moment.now(),
    )
    for notice in step.tells:
        messages_out.tell(row, notice, key)
    if step.to_stage:
        assigning.by_rule(row)


def _started(step: Step, row: Case) -> list[str]:
    stage = policy.stage_clocks(row.stage) if set(STAGE_CLOCKS) <= set(step.starts) else ()
    return [*(each for each in step.starts if each not in STAGE_CLOCKS), *stage]


def place(row: Case) -> dict:
    return {"stage": str(row.stage), "status": str(row.status)}


def message_facts(message: Message, uploads=()) -> dict:
    facts = {"message": message.pk, "audience": str(message.audience)}
    if uploads:
        facts["files"] = [upload.sha256 for upload in uploads]
    return facts


def show(case, row: Case) -> None:
    """Let the caller's object tell what the row now holds."""
    for column in Case._meta.concrete_fields:
        setattr(case, column.attname, getattr(row, column.attname))


def new_key() -> str:
    """For steps that no form key names; repeating them is stopped by the case's state."""
    return uuid.uuid4().hex
