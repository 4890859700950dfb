from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import Role
from portal.calendar import working
from portal.outbox import letters

# The notice of a year comes in October or November of the year before. From so many days before
# the new year administrators are asked for it, once a week.
ASK_BEFORE = timedelta(days=45)


@shared_task
def ask_for_notice() -> None:
    """The next year's notice is missing: say so to whoever enters it."""
    today = timezone.localdate()
    year = (today + ASK_BEFORE).year
    working.forget()
    if working.is_known(year):
        return
    week = today.isocalendar()

    def letter() -> tuple[str, str]:
        return (
            _("请录入 {year} 年的放假通知").format(year=year),
            _(
                "{year} 年的放假安排还没有录入，跨年的工作日时限现在是暂定的。\n"
                "国务院办公厅的通知公布后，请在“工作日历”里把它贴进来；还没公布就不用管。"
            ).format(year=year),
        )

    with transaction.atomic():
        key = f"calendar_notice:{year}:{week.year}-{week.week}"
        letters.to_each(key, "calendar_notice", letters.people(Role.ADMINISTRATOR), letter)
