"""One sample case that went further up: forwarded, asked for, sent; with its register and file."""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from disputes import actions, moment
from disputes.casefile import making
from disputes.models import Case
from disputes.models.upward import Route
from disputes.register import Line, What
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Role

DAYS_AGO = 3


def live(now: datetime) -> Case | None:
    """The case, closed before and open again; None where none is old enough."""
    before = now - timedelta(days=DAYS_AGO + 1)
    case = (
        Case.objects.filter(status__in=["rejected", "resolved"], payment__isnull=False)
        .filter(closed_at__lt=before, opened_at__lt=before)
        .order_by("-closed_at")
        .first()
    )
    member = Membership.objects.filter(role=Role.SUPPORT).select_related("user", "organisation")
    if case is None or not member:
        return None
    actor, came = Actor.member(member[0]), now - timedelta(days=DAYS_AGO)
    year = timezone.localdate(now).year
    with moment.at(came):
        day = timezone.localdate(came)
        actions.note_forwarded(case, actor=actor, on=day, reference=f"渝银转〔{year}〕118 号")
    with moment.at(came + timedelta(hours=20)):
        asked = Line(
            what=What.FILE_REQUEST,
            party=Route.CENTRAL_BANK,
            way="system",
            on=timezone.localdate(came + timedelta(hours=20)),
            reference=f"渝银调〔{year}〕31 号",
        )
        request = actions.note_request(case, actor=actor, line=asked)
    with moment.at(came + timedelta(hours=26)):
        _answer(case, actor, request.number)
    return case


def _answer(case: Case, actor: Actor, request: int) -> None:
    file = actions.issue_file(
        case,
        actor=actor,
        scope="merchant",
        party=Route.CENTRAL_BANK,
        purpose="人民银行重庆市分行调取",
        submission_key=uuid.uuid4(),
    )
    made = making.work(file.pk)  # without the slip's font it is made later, by the worker
    sent = Line(
        what=What.CASE_FILE if made else What.ANSWER,
        party=Route.CENTRAL_BANK,
        way="system",
        on=timezone.localdate(moment.now()),
        note="已从监管系统提交",
        answers=request,
        file=file.number if made else 0,
    )
    actions.answer_request(case, actor=actor, line=sent)
