"""On which days a file is expected: `daily`, `weekdays`, `working`, or a list such as `mon,thu`."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.calendar.working import SATURDAY, is_working_day

DAILY, WEEKDAYS, WORKING = "daily", "weekdays", "working"
RULES = {
    DAILY: gettext_lazy("每天"),
    WEEKDAYS: gettext_lazy("周一至周五"),
    WORKING: gettext_lazy("工作日（按国家放假安排）"),
}
# In the order of date.weekday().
NAMES = {
    "mon": gettext_lazy("周一"),
    "tue": gettext_lazy("周二"),
    "wed": gettext_lazy("周三"),
    "thu": gettext_lazy("周四"),
    "fri": gettext_lazy("周五"),
    "sat": gettext_lazy("周六"),
    "sun": gettext_lazy("周日"),
}


def read(text: str) -> str:
    """The rule as it is kept. Raises ValueError."""
    wanted = text.strip().lower()
    if wanted in RULES:
        return wanted
    names = {name.strip() for name in wanted.split(",")} - {""}
    if not names or names - set(NAMES):
        raise ValueError("Days are daily, weekdays, working, or a list such as mon,thu.")
    return ",".join(name for name in NAMES if name in names)


def is_expected(rule: str, day: date) -> bool:
    if rule == DAILY:
        return True
    if rule == WEEKDAYS:
        return day.weekday() < SATURDAY
    if rule == WORKING:
        return is_working_day(day)
    return list(NAMES)[day.weekday()] in rule.split(",")


def in_words(rule: str) -> str:
    if rule in RULES:
        return str(RULES[rule])
    return _("、").join(str(NAMES[name]) for name in rule.split(","))
