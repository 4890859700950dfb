"""Making the sample month: people, shops, thirty-one settlement files, eighty cases."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from disputes.models import Case
from portal import audit
from portal.accounts.models import Organisation, User
from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.site.demo import files, money, network, people, refunds, replies, trouble, upward
from portal.site.demo.cases import Talk
from portal.site.demo.payments import NEW_VERSION, Month
from portal.site.demo.shops import shops
from receipts.imports import load
from receipts.models import Merchant, Payment, Terminal

ACTOR = people.ACTOR
SUBJECT = "installation:demo"
SEED = 20261123


class NotEmpty(Exception):
    """The database holds payments or people that the sample data did not make."""


def is_ours() -> bool:
    return Event.objects.filter(subject=SUBJECT, type="demo.made").exists()


def is_half_made() -> bool:
    """Whether making it began and never came to its end."""
    return not is_ours() and Event.objects.filter(subject=SUBJECT).exists()


def _refuse_unless_empty() -> None:
    if not (Payment.objects.exists() or User.objects.exists() or Organisation.objects.exists()):
        return
    if is_ours():
        raise NotEmpty(_("示例数据已经在了，未作改动。"))
    if is_half_made():
        raise NotEmpty(_("上次写示例数据时中断了。请删掉数据库，再来一次。"))
    raise NotEmpty(_("数据库里已有不是示例的数据，为免混在一起，没有写入示例。"))


def make(*, progress: Callable[[str], object] = lambda line: None, payments: int | None = None):
    """Write the sample month into an empty database; {"merchants", "payments", "cases"} counts.

    Raises NotEmpty, changing nothing, where there is anything already.
    """
    _refuse_unless_empty()
    now = timezone.now()
    month = Month(timezone.localdate(now), SEED, **({"payments": payments} if payments else {}))
    with transaction.atomic():
        audit.record(SUBJECT, "demo.begun", actor=ACTOR, after={"seed": SEED})
        houses = people.make_people()
        replies.make()
        _make_shops(month, houses)
    progress(_("商户和账户已建好，正在导入一个月的交易……"))
    _load(month, timezone.localtime(now).replace(tzinfo=None))
    progress(_("交易已导入，正在写案件……"))
    Talk(now, SEED).live()
    refunds.make()
    network.live(now)
    money.live(now)
    upward.live(now)
    with transaction.atomic():
        # The sample customers have no mailbox: their messages are history, not work.
        Entry.objects.filter(state=Entry.State.PENDING).update(
            state=Entry.State.DONE, done_at=timezone.now()
        )
        audit.record(SUBJECT, "demo.made", actor=ACTOR, after={"seed": SEED})
    return {
        "merchants": Merchant.objects.count(),
        "payments": Payment.objects.count(),
        "cases": Case.objects.count(),
    }


def _make_shops(month: Month, houses: dict[str, Organisation]) -> None:
    numbers = {device.shop: device.merchant_no for device in month.devices}
    merchants = {
        shop: Merchant.objects.create(
            merchant_no=numbers[shop],
            name=shop.name,
            name_en=shop.name_en,
            city=shop.city,
            organisation=houses.get(shop.house) if shop.house else None,
        )
        for shop in shops()
    }
    Terminal.objects.bulk_create(
        Terminal(
            merchant=merchants[device.shop],
            terminal_no=device.terminal_no,
            label=device.label,
            model=device.model,
            software_version=NEW_VERSION if device.updated else device.version,
        )
        for device in month.devices
    )


def _load(month: Month, now: datetime) -> None:
    """One settlement file a day, through the same loader as any other file."""
    with TemporaryDirectory() as folder:
        days = month.days()
        for day in days:
            path = Path(folder) / f"jiangan-{day:%Y%m%d}.csv"
            rows = month.rows_of(day)
            files.write(path, rows, now)
            load.load_file(path, actor=ACTOR)
            if day == days[-2]:
                sale = next(row for row in rows if row.type == "sale" and row.status == "settled")
                trouble.make(Path(folder), day, files.line(sale, now))
