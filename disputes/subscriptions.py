"""News from the floors below that a case must hear of."""

from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from disputes import assigning, clocks, messages_out
from disputes.actions import Refused, escalate
from disputes.actions.escalate import NOBODY
from disputes.models import Case, PolicyVersion
from disputes.models.case import Stage
from disputes.policy import limits
from disputes.policy.table import MERCHANT, Notice
from disputes.refunds import confirming
from disputes.year import handled
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation, Role, User
from portal.audit.trail import utc_text
from portal.calendar import working
from portal.outbox import news, post
from receipts.operations import tell_operations

TURN = "deadlines_to_compute"
DAYS_TURN = "days_to_count"
IN_ONE_TURN = 200  # cases; each is locked until its turn ends


def register() -> None:
    news.subscribe("slip_given", slip_given)
    news.subscribe("slip_ready", slip_ready)
    news.subscribe("codes_held_back", codes_held_back)
    news.subscribe("calendar_changed", calendar_changed)
    news.subscribe("rights_changed", rights_changed)
    news.subscribe("merchant_closed", merchant_closed)
    news.subscribe("payment_changed", confirming.payment_changed)
    news.subscribe(TURN, compute_deadlines)
    news.subscribe(DAYS_TURN, count_days_again)


@transaction.atomic
def slip_given(effect_key: str, *, payment: str, **_facts) -> None:
    """The customer has the slip: the clock of the cases that wait for it stops. Harmless twice."""
    waiting = Case.objects.open().filter(payment_id=payment, clock_events__clock=limits.SLIP)
    for pk in waiting.order_by("pk").values_list("pk", flat=True).distinct():
        case = Case.objects.select_for_update(of=("self",)).select_related("policy").get(pk=pk)
        if not clocks.runs(case, limits.SLIP):
            continue
        clocks.apply(case, "slip_issued", stops=(limits.SLIP,))
        case.save(update_fields=clocks.COLUMNS)
        audit.record(case.subject, "case.slip_issued", actor=Actor.system("slips"))


@transaction.atomic
def slip_ready(effect_key: str, *, payment: str, **_facts) -> None:
    """A slip that could not be made is there: who left a contact hears of it. Harmless twice."""
    for case in Case.objects.open().filter(payment_id=payment).order_by("pk"):
        key = effect_key.replace(":", "-")
        messages_out.tell(case, Notice("consumer", "slip_ready"), key)


def rights_changed(effect_key: str, *, user: str) -> None:
    """Who works on cases no longer has none either, and a merchant whose last person left has
    none. Harmless twice."""
    person = User.objects.get(public_id=user)
    for membership in person.memberships.filter(is_active=False, role__in=MERCHANT):
        _leave_nobody_waiting(membership.organisation_id)
    if assigning.workers().filter(user=person).exists():
        return
    theirs = Case.objects.open().filter(assignee=person).order_by("due_at", "pk")
    for pk in theirs.values_list("pk", flat=True):
        assigning.hand_on(pk, person)


def merchant_closed(effect_key: str, *, organisation: str) -> None:
    """Harmless twice."""
    for pk in Organisation.objects.filter(public_id=organisation).values_list("pk", flat=True):
        _leave_nobody_waiting(pk)


def _leave_nobody_waiting(organisation: int) -> None:
    """The cases of a merchant at which nobody can answer go to the institution now, not when the
    merchant's time is over; each in its own transaction."""
    theirs = Case.objects.open().filter(organisation=organisation, stage=Stage.MERCHANT)
    for case in theirs.order_by("due_at", "pk"):
        with suppress(Refused):  # somebody can answer, or acted meanwhile
            escalate(case, actor=Actor.system("merchants"), reason=NOBODY)


def calendar_changed(effect_key: str, **_facts) -> None:
    """Deadlines by working days are computed again, in turns. Harmless twice."""
    post.news(f"{TURN}:{effect_key}:0", topic=TURN, change=effect_key, after=0)
    year = effect_key.partition("calendar:")[2].partition(":")[0]
    if year.isdigit():
        key = f"{DAYS_TURN}:{effect_key}:0"
        post.news(key, topic=DAYS_TURN, change=effect_key, year=int(year), after=0)


def count_days_again(effect_key: str, *, change: str, year: int, after: int) -> None:
    """One turn: the working days of closed cases whose time touches the year."""
    working.forget()
    if last := handled.recount(year, after):
        post.news(
            f"{DAYS_TURN}:{change}:{last}", topic=DAYS_TURN, change=change, year=year, after=last
        )


def compute_deadlines(effect_key: str, *, change: str, after: int) -> None:
    """One turn, in the transaction of its news: so many cases, then the next turn is asked for."""
    working.forget()
    cases = Case.objects.open().filter(
        policy__in=_by_working_days(), due_at__isnull=False, pk__gt=after
    )
    pks = list(cases.order_by("pk").values_list("pk", flat=True)[:IN_ONE_TURN])
    for pk in pks:
        _compute_again(pk)
    if len(pks) == IN_ONE_TURN:
        post.news(f"{TURN}:{change}:{pks[-1]}", topic=TURN, change=change, after=pks[-1])


def _by_working_days() -> list[PolicyVersion]:
    return [
        version
        for version in PolicyVersion.objects.all()
        if any(limits.Limit.read(entry).by_working_days for entry in version.limits.values())
    ]


@transaction.atomic
def _compute_again(pk: int) -> None:
    case = Case.objects.select_for_update(of=("self",)).select_related("policy").get(pk=pk)
    before = case.due_at
    if clocks.compute_again(case):
        case.save(update_fields=clocks.COLUMNS)
        audit.record(
            case.subject,
            "case.due_moved",
            actor=Actor.system("calendar"),
            before={"due_at": utc_text(before) if before else ""},
            after={"due_at": utc_text(case.due_at) if case.due_at else ""},
            reason="calendar_changed",
        )


def codes_held_back(effect_key: str) -> None:
    """So many codes were asked for that no more are sent: those who can do something about it."""

    def letter() -> tuple[str, str]:
        return (
            _("验证码要得太多，暂时不发"),
            _(
                "一小时里有人要了 {most} 次“查看处理进度”的验证码，到了上限，新的不再发。"
                "顾客用私人链接照常能打开自己的案件。\n\n"
                "不是有人在试，就是上限定低了：设置项 CODE_LIMIT_ALL。"
            ).format(most=settings.CODE_LIMITS["all"]),
        )

    tell_operations(effect_key, "code_alarm", letter, Role.SUPERVISOR)
