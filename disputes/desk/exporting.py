"""Cases, what was said in them, or the card network's disputes, as a file: everything that this
person may see, as they see it.

Read in pieces by id, so that neither a cursor nor a transaction stays open while a slow line takes
the file. Account and time stand in every row, as on every staff page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from disputes import policy
from disputes.desk import queue
from disputes.desk.filters import Filters
from disputes.desk.rows import amount_of, merchant_of
from disputes.models import Case, Message, NetworkDispute
from disputes.policy import causes
from portal import audit, sheets
from portal.accounts.access import CASE_READERS, MERCHANT, role_required
from portal.accounts.actor import Actor
from portal.audit import reading
from portal.viewing import masking

AT_ONCE = 500


@require_safe
@role_required(*CASE_READERS)
def cases(request):
    """`?view=` and the queue's filters narrow it; without, all cases."""
    return _cases(request)


@require_safe
@role_required(*CASE_READERS)
def messages(request):
    return _messages(request)


@require_safe
@role_required(*CASE_READERS)
def network(request):
    """The card network's disputes, whoever they wait for."""
    now, actor = timezone.now(), request.actor
    _note(request, "network", now)
    wanted = NetworkDispute.objects.visible_to(actor).select_related("merchant", "payment", "case")
    rows = (_network_row(each, actor, now) for each in _in_pieces(wanted))
    return sheets.response(f"network-{now:%Y%m%d}.csv", _network_head(), rows)


@require_safe
@role_required(*MERCHANT)
def merchant_cases(request):
    return _cases(request)


@require_safe
@role_required(*MERCHANT)
def merchant_messages(request):
    return _messages(request)


def _wanted(request) -> QuerySet[Case]:
    actor, now = request.actor, timezone.now()
    filters = Filters.read(request.GET)
    if "view" in request.GET:
        return queue.cases_of(queue.view_named(request.GET["view"]), actor, now, filters)
    return filters.of(Case.objects.visible_to(actor), actor)


def _cases(request):
    now = timezone.now()
    _note(request, "cases", now)
    wanted = _wanted(request).select_related("merchant", "payment", "assignee", "policy")
    rows = (_case_row(case, request.actor, now) for case in _in_pieces(wanted))
    return sheets.response(f"cases-{now:%Y%m%d}.csv", _case_head(request.actor), rows)


def _messages(request):
    now, actor = timezone.now(), request.actor
    _note(request, "messages", now)
    cases = _wanted(request).order_by().values("pk")
    wanted = (
        Message.objects.visible_to(actor)
        .filter(case__in=cases)
        .exclude(body="")
        .select_related("case", "organisation", "author")
    )
    head = [_("案件号"), _("时间"), _("谁"), _("谁能看到"), _("内容"), _("导出人"), _("导出时间")]
    rows = (_message_row(each, actor, now) for each in _in_pieces(wanted))
    return sheets.response(f"messages-{now:%Y%m%d}.csv", head, rows)


def _in_pieces(wanted: QuerySet) -> Iterator:
    last = 0
    while some := list(wanted.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from some
        last = some[-1].pk


def _case_head(actor: Actor) -> list[str]:
    owner = [] if actor.is_merchant else [_("负责人")]
    return [
        _("案件号"),
        _("类型"),
        _("原因"),
        _("阶段"),
        _("状态"),
        _("商户"),
        _("商户号"),
        _("金额（元）"),
        _("提交"),
        _("时限"),
        pgettext("when", "办结"),
        _("结果"),
        _("根本原因"),
        *owner,
        _("导出人"),
        _("导出时间"),
    ]


def _case_row(case: Case, actor: Actor, now: datetime) -> list:
    owner = [] if actor.is_merchant else [case.assignee.name if case.assignee else ""]
    return [
        case.number,
        case.get_kind_display(),
        case.reason_label if case.reason else "",
        case.get_stage_display(),
        case.get_status_display(),
        merchant_of(case),
        case.merchant.merchant_no if case.merchant else "",
        sheets.Number(sheets.yuan(amount_of(case))),
        case.opened_at,
        case.due_at,
        case.closed_at,
        policy.closing_label(case) if not case.is_open else "",
        causes.LABELS.get(case.root_cause, ""),
        *owner,
        actor.user.get_username() if actor.user else "",
        now,
    ]


def _network_head() -> list[str]:
    return [
        *(
            _("案件号"),
            _("到哪一步"),
            _("商户"),
            _("商户号"),
            _("参考号"),
            _("消费时间"),
            _("卡种"),
        ),
        *(_("金额（元）"), _("退单（元）"), _("贷记调整（元）"), _("手工退货（元）")),
        *(_("提交"), _("时限"), pgettext("when", "办结"), _("导出人"), _("导出时间")),
    ]


def _network_row(dispute: NetworkDispute, actor: Actor, now: datetime) -> list:
    payment = dispute.payment
    return [
        dispute.case.number,
        dispute.get_state_display(),
        dispute.merchant.name,
        dispute.merchant.merchant_no,
        payment.rrn if payment else "",
        payment.occurred_at if payment else None,
        dispute.get_card_kind_display(),
        *(
            sheets.Number(sheets.yuan(minor))
            for minor in (
                dispute.amount_minor,
                dispute.charged_back_minor,
                dispute.adjusted_minor,
                dispute.manual_minor,
            )
        ),
        dispute.opened_at,
        dispute.due_at,
        dispute.closed_at,
        actor.user.get_username() if actor.user else "",
        now,
    ]


def _message_row(message: Message, actor: Actor, now: datetime) -> list:
    """A merchant reads the institution's name, not who works there."""
    ours = actor.organisation is not None and message.organisation_id == actor.organisation.pk
    known = message.author is not None and (ours or actor.is_institution)
    name = message.author.name if known and message.author else ""
    if not name and message.organisation:
        name = message.organisation.name
    return [
        message.case.number,
        message.created_at,
        name or message.get_author_kind_display(),
        message.get_audience_display(),
        masking.words(message.body),
        actor.user.get_username() if actor.user else "",
        now,
    ]


@transaction.atomic
def _note(request, what: str, now: datetime) -> None:
    """That somebody took a file with them: a reading of the list, and an event of the account."""
    reading.note(request.actor, f"list:{what}", what=reading.What.DOWNLOADED)
    after = {"what": what, "narrowed": request.GET.urlencode()[:200]}
    subject = request.actor.id.replace("user:", "account:")
    audit.record(subject, "cases.exported", actor=request.actor, after=after, at=now)
