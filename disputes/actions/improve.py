"""From what people suggest to what is done about it: each suggestion is settled, each item has an
owner and a day and is seen until it is done."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import moment, words
from disputes.actions.assign import assignable
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import ActionItem, Case, Suggestion
from disputes.policy.table import INSTITUTION
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Role, User
from portal.audit.trail import utc_text

LONGEST_WORDS, LONGEST_TITLE, LONGEST_OUTCOME = 1_000, 120, 300


def _staff_only(actor: Actor) -> User:
    if actor.user is None or not actor.is_institution or actor.role not in INSTITUTION:
        raise NotAllowed()
    return actor.user


@transaction.atomic
def suggest(*, actor: Actor, body: str, case: Case | None = None) -> Suggestion:
    """Somebody at the institution says how it could go better."""
    _staff_only(actor)
    body = words.clean(body, "body", LONGEST_WORDS)
    suggestion = Suggestion.objects.create(
        case=case, author=actor.user, body=body, made_at=moment.now()
    )
    _record(f"suggestion:{suggestion.pk}", "suggestion.made", actor, personal={"body": body})
    return suggestion


@transaction.atomic
def put_aside(suggestion: Suggestion, *, actor: Actor, reason: str) -> None:
    """Nothing follows from it, for a reason."""
    _staff_only(actor)
    row = _open_suggestion(suggestion)
    reason = words.one_line(reason, 200)
    if not reason:
        raise Invalid("reason", _("请写明为什么不办。"))
    row.put_aside, row.settled_at = reason, moment.now()
    row.save(update_fields=["put_aside", "settled_at"])
    _record(f"suggestion:{row.pk}", "suggestion.put_aside", actor, reason=reason)


@transaction.atomic
def make_item(
    *, actor: Actor, title: str, owner: User | None, due_on: date | None, suggestion=None
) -> ActionItem:
    """Something to be done, by somebody, until a day that has not passed; from a suggestion, which
    is settled by it, or on its own."""
    maker = _staff_only(actor)
    row = _open_suggestion(suggestion) if suggestion else None
    title = words.one_line(title, LONGEST_TITLE)
    if not title:
        raise Invalid("title", _("请写明要做什么。"))
    if owner is None or owner not in assignable():
        raise Invalid("owner", _("请选择由谁负责。"))
    if due_on is None or due_on < timezone.localdate(moment.now()):
        raise Invalid("due_on", _("请选今天或以后的一天。"))
    now = moment.now()
    item = ActionItem.objects.create(
        title=title, suggestion=row, owner=owner, due_on=due_on, made_by=maker, made_at=now
    )
    if row:
        row.settled_at = now
        row.save(update_fields=["settled_at"])
    after = {
        "owner": f"user:{owner.public_id}",
        "due_on": due_on.isoformat(),
        "suggestion": row.pk if row else 0,
    }
    _record(f"item:{item.pk}", "item.made", actor, after=after, personal={"title": title})
    return item


@transaction.atomic
def finish_item(item: ActionItem, *, actor: Actor, outcome: str) -> None:
    """It is done: by its owner, or by a supervisor; with what came of it."""
    user = _staff_only(actor)
    row = ActionItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if row.owner_id != user.pk and actor.role != Role.SUPERVISOR:
        raise NotAllowed(_("由负责人或主管来了结。"))
    if row.done_at:
        raise WrongState(_("这一项已经做完了。"))
    outcome = words.one_line(outcome, LONGEST_OUTCOME)
    if not outcome:
        raise Invalid("outcome", _("请写一句做成了什么。"))
    row.done_at, row.outcome = moment.now(), outcome
    row.save(update_fields=["done_at", "outcome"])
    after = {"done_at": utc_text(row.done_at)}
    _record(f"item:{row.pk}", "item.done", actor, after=after, personal={"outcome": outcome})


def _open_suggestion(suggestion: Suggestion) -> Suggestion:
    row = Suggestion.objects.select_for_update(of=("self",)).get(pk=suggestion.pk)
    if row.settled_at:
        raise WrongState(_("这条建议已经有人处理了。"))
    return row


def _record(subject: str, type: str, actor: Actor, **facts) -> None:
    audit.record(subject, type, actor=actor, at=moment.now(), **facts)
