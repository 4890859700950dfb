"""A slip that cannot be made: a line in the log each time, an event in the trail once an hour, and
to operations one mail a day for each kind of failure, however many slips it stops."""

import errno
from datetime import timedelta

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.audit.models import Event
from receipts.models import Payment, SlipDrawing, SlipTrouble
from receipts.operations import tell_operations
from receipts.slip.errors import SlipNotReady

log = structlog.get_logger(__name__)

# A page that refreshes itself must not fill the trail: one event in this time.
TOLD_EVERY = timedelta(hours=1)
TOLD_AGAIN = timedelta(days=1)


def tell(payment: Payment, actor: Actor, error: Exception, type_: str) -> None:
    """Never raises for the database: it may be the full disk itself."""
    name = name_of(error)
    log.error(type_, payment=str(payment.pk), error=name)
    try:
        with transaction.atomic():
            _note(payment, actor, name, type_)
            _alert(name)
    except DatabaseError as second:
        log.error("slip_trouble_untold", error=type(second).__name__)


def alert(error: Exception, event: str) -> None:
    """What concerns no single payment: the log, and operations."""
    name = name_of(error)
    log.error(event, error=name)
    try:
        with transaction.atomic():
            _alert(name)
    except DatabaseError as second:
        log.error("slip_trouble_untold", error=type(second).__name__)


def name_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "DiskFull"
    # "Not ready" says nothing by itself: what kept the storage from answering does.
    named = (isinstance(error, SlipNotReady) and error.__cause__) or error
    return type(named).__name__[:60]


def _note(payment: Payment, actor: Actor, name: str, type_: str) -> None:
    lost = type_ == "slip_file_lost"
    event = "payment.slip_file_lost" if lost else "payment.slip_not_ready"
    subject = payment.subject
    since = timezone.now() - TOLD_EVERY
    if not Event.objects.filter(subject=subject, type=event, at__gt=since).exists():
        audit.record(subject, event, actor=actor, after={"error": name})


def _alert(name: str) -> None:
    """Of two at the same time one makes the row, or moves its time: that one tells."""
    now = timezone.now()
    row, created = SlipTrouble.objects.get_or_create(error=name, defaults={"told_at": now})
    if not created:
        old = SlipTrouble.objects.filter(pk=row.pk, told_at__lte=now - TOLD_AGAIN)
        if not old.update(told_at=now):
            return

    def letter() -> tuple[str, str]:
        return (
            _("电子小票现在开不出来"),
            _(
                "{why}\n\n"
                "客户看到的是网页上的小票，页面会自己再试；好了以后，等着的小票会自动补做。\n"
                "同样的原因今天不再发信；每一次都写在日志里。"
            ).format(why=_why(name)),
        )

    tell_operations(f"slip_trouble:{row.pk}:{now:%Y%m%d%H%M}", "slip_alarm", letter)


def _why(name: str) -> str:
    known = {
        "DiskFull": _("存放小票的磁盘满了。"),
        "SlipFileLost": _("有一张开过的小票，文件不见了或被改过。已重新开具，请查一查存储。"),
        "FontsMissing": _("小票的字体没有装好，请运行 manage.py build_fonts。"),
        "KeyUnusable": _(
            "签名用的密钥或证书不见了、打不开或过期了。请查一查 SLIP_KEY 和 SLIP_CERTIFICATE。"
        ),
        "NoTimeStamp": _(
            "时间戳服务没有给出可用的时间戳（没有回答、拒绝，或答非所问）。"
            "按 SLIP_TIME_STAMPS_NEEDED 的设置，小票暂时不带时间戳，或暂时开不出来。"
        ),
    }
    return known.get(name) or _("出了错：{name}。").format(name=name)


def over() -> None:
    """Slips are made again and none waits: the next failure is told at once. Slips that go without
    a time stamp do not wait, so nothing shows that this is over: the next day tells."""
    if not SlipDrawing.objects.filter(failures__gt=0, due_at__isnull=False).exists():
        old = SlipTrouble.objects.filter(told_at__lt=timezone.now() - TOLD_EVERY)
        old.exclude(error="NoTimeStamp").delete()
