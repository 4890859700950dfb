"""What the ground floor itself keeps for a time: logs of who looked, and what went out."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.audit.models import Opening, Reading
from portal.erasure import keepers
from portal.erasure.keepers import Class
from portal.gate.models import Attempt, Tally
from portal.outbox.models import Entry

OVER = (Entry.State.DONE, Entry.State.DEAD)
# Values of staff's own doing: what they searched for and wrote as a reason, from where they signed
# in. The cases' values stay as long as the cases.
ACCESS = ("payments.searched", "signed_in", "sign_in.", "viewing.", "access.", "erasure.")


def register() -> None:
    order = _("人民银行令〔2025〕第 3 号第 30 条：不少于 6 个月")
    own = _("本机构规定")
    for kept in (
        Class("look_ups", _("查询日志"), order, _due(_attempts), _let_go_of_look_ups),
        Class("readings", _("查看记录"), order, _due(_readings), _let_go(_readings)),
        Class("access_words", _("人员搜过和写过的"), order, _due(_words), _let_go(_words)),
        Class("addresses", _("已发邮件和短信的地址"), own, _due(_addresses), _forget_addresses),
        Class("outbox", _("已发邮件和短信的记录"), own, _due(_entries), _let_go(_entries)),
    ):
        keepers.register_class(kept)


def _due(of):
    return lambda before: of(before).count()


def _let_go(of):
    def some(before: datetime, most: int) -> int:
        rows = list(of(before).order_by("pk").values_list("pk", flat=True)[:most])
        return of(before).filter(pk__in=rows).delete()[0] if rows else 0

    return some


def _attempts(before: datetime) -> QuerySet:
    return Attempt.objects.filter(at__lt=before)


def _let_go_of_look_ups(before: datetime, most: int) -> int:
    Tally.objects.filter(hour__lt=before).delete()
    return _let_go(_attempts)(before, most)


def _readings(before: datetime) -> QuerySet:
    return Reading.objects.filter(at__lt=before)


def _words(before: datetime) -> QuerySet:
    from django.db.models import Q

    types = Q(pk__in=[])
    for beginning in ACCESS:
        types |= Q(event__type__startswith=beginning)
    return Opening.objects.filter(types, event__at__lt=before)


def _addresses(before: datetime) -> QuerySet:
    return Entry.objects.filter(state__in=OVER, created_at__lt=before).exclude(recipient="")


def _forget_addresses(before: datetime, most: int) -> int:
    rows = list(_addresses(before).order_by("pk").values_list("pk", flat=True)[:most])
    # What could not be delivered cannot be tried again without its address: its text goes, too.
    return Entry.objects.filter(pk__in=rows).update(recipient="", payload={})


def _entries(before: datetime) -> QuerySet:
    return Entry.objects.filter(state__in=OVER, created_at__lt=before)
