"""The clocks a case can have, and what a limit may say.

A limit is `{"amount": n, "unit": "hours" | "calendar_days" | "working_days"}` in
`PolicyVersion.limits`. Hours run by the wall clock. Days run by days: the day of the start is not
counted, and the limit ends with the n-th day after it (24:00, Asia/Shanghai); of working days only
those of the working calendar are counted (portal.calendar).
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

ACKNOWLEDGE = "acknowledge"
SLIP = "slip"
FIRST_REPLY = "merchant_first_reply"
SETTLES = "merchant_settles"
ANSWER = "institution_answer"
FORWARDED = "forwarded_answer"
# Of disputes with the card network (disputes.policy.network): they never pause.
NETWORK_INQUIRY = "network_inquiry"
NETWORK_RETRIEVAL = "network_retrieval"
NETWORK_SLIP = "network_slip"
NETWORK_REPRESENTMENT = "network_representment"
NETWORK_NEGOTIATION = "network_negotiation"
FILE_REQUEST = "file_request"
DECISION = "decision_from_above"

LABELS = {
    ACKNOWLEDGE: _("确认收到"),
    SLIP: _("补打或电子小票"),
    FIRST_REPLY: _("商户首次答复"),
    SETTLES: _("商户办完"),
    ANSWER: _("支付机构答复"),
    FORWARDED: _("答复人民银行转来的投诉"),
    NETWORK_INQUIRY: _("查复银联的查询"),
    NETWORK_RETRIEVAL: _("回复调单"),
    NETWORK_SLIP: _("商户上传签字小票"),
    NETWORK_REPRESENTMENT: _("退单后再请款"),
    NETWORK_NEGOTIATION: _("退单后例外协商"),
    FILE_REQUEST: _("交上级调取的材料"),
    DECISION: _("执行上级的决定"),
}

HOURS, CALENDAR_DAYS, WORKING_DAYS = "hours", "calendar_days", "working_days"
UNITS = {HOURS: _("小时"), CALENDAR_DAYS: _("自然日"), WORKING_DAYS: _("工作日")}

# Version 1; where each comes from stands in docs/policy.md.
DEFAULTS = {
    ACKNOWLEDGE: {"amount": 0, "unit": HOURS},
    SLIP: {"amount": 1, "unit": HOURS},
    FIRST_REPLY: {"amount": 24, "unit": HOURS},
    SETTLES: {"amount": 72, "unit": HOURS},
    ANSWER: {"amount": 15, "unit": CALENDAR_DAYS},
    FORWARDED: {"amount": 15, "unit": CALENDAR_DAYS},
    NETWORK_INQUIRY: {"amount": 10, "unit": CALENDAR_DAYS},
    NETWORK_RETRIEVAL: {"amount": 20, "unit": CALENDAR_DAYS},
    NETWORK_SLIP: {"amount": 7, "unit": CALENDAR_DAYS},
    NETWORK_REPRESENTMENT: {"amount": 30, "unit": CALENDAR_DAYS},
    NETWORK_NEGOTIATION: {"amount": 30, "unit": CALENDAR_DAYS},
    FILE_REQUEST: {"amount": 5, "unit": WORKING_DAYS},
    DECISION: {"amount": 10, "unit": WORKING_DAYS},
}
# Those that may be extended, with a reason and by a second person, and to how much in all.
EXTENDED_TO = {
    ANSWER: {"amount": 60, "unit": CALENDAR_DAYS},
    FORWARDED: {"amount": 60, "unit": CALENDAR_DAYS},
}
# A clock set from above does not wait for the customer: ours to keep, whatever others do.
FROM_ABOVE = (FORWARDED, FILE_REQUEST, DECISION)
NEVER_PAUSED = frozenset(FROM_ABOVE)
SOURCES = {  # for docs/policy.md
    ACKNOWLEDGE: "our decision",
    SLIP: "our decision",
    FIRST_REPLY: "WeChat Pay, 交易投诉运营规范 2.0 (which counts by day), taken by the hour",
    SETTLES: "WeChat Pay, 交易投诉运营规范 2.0, taken by the hour; the hand-over is our decision",
    ANSWER: "our promise to the customer",
    FORWARDED: "PBOC Order 2020 No. 5 art. 43, from memory; that it never pauses is our decision",
    NETWORK_INQUIRY: "not public: set yours; the network's own day in a message goes before it",
    NETWORK_RETRIEVAL: "an older text says 20 days; the network's own day goes before it",
    NETWORK_SLIP: "our decision; never later than 24 hours before the retrieval's own end",
    NETWORK_REPRESENTMENT: "not public: set yours; the network's own day goes before it",
    NETWORK_NEGOTIATION: "not public: set yours; the network's own day goes before it",
    FILE_REQUEST: "our decision; no rule found",
    DECISION: "our decision; no rule found",
}


@dataclass(frozen=True)
class Limit:
    amount: int
    unit: str

    @classmethod
    def read(cls, entry: dict) -> "Limit":
        return cls(entry["amount"], entry["unit"])

    @property
    def entry(self) -> dict:
        """As it is written in a version, and in the event of an extension."""
        return {"amount": self.amount, "unit": self.unit}

    @property
    def by_days(self) -> bool:
        return self.unit in {CALENDAR_DAYS, WORKING_DAYS}

    @property
    def by_working_days(self) -> bool:
        return self.unit == WORKING_DAYS

    @property
    def words(self) -> str:
        """24 小时, 15 天, 5 个工作日."""
        told = {
            HOURS: ngettext("%(n)d 小时", "%(n)d 小时", self.amount),
            CALENDAR_DAYS: ngettext("%(n)d 天", "%(n)d 天", self.amount),
            WORKING_DAYS: ngettext("%(n)d 个工作日", "%(n)d 个工作日", self.amount),
        }
        return told[self.unit] % {"n": self.amount}

    @property
    def word_before(self) -> timedelta:
        """How long before it runs out whoever is to act hears of it: a sixth of hours (24 → 4),
        a fifth of days (15 → 3), never less than a quarter of an hour."""
        if self.by_days:
            return timedelta(days=max(1, round(self.amount / 5)))
        return max(timedelta(hours=self.amount) / 6, timedelta(minutes=15))

    @property
    def length(self) -> timedelta:
        """As a length: of time for hours, of counted days for days."""
        if self.by_days:
            return timedelta(days=self.amount)
        return timedelta(hours=self.amount)


def check(limits) -> None:
    """Raise ValidationError for limits that no clock could run by."""
    if not isinstance(limits, dict) or set(limits) != set(DEFAULTS):
        raise ValidationError({"limits": gettext("每个时限都要有，且不能有多余的。")})
    for clock, entry in limits.items():
        _check_one(clock, entry)


def _check_one(clock: str, entry) -> None:
    name = LABELS[clock]
    if not isinstance(entry, dict) or set(entry) != {"amount", "unit"}:
        raise ValidationError({"limits": gettext("“%(name)s”要写明数量和单位。") % {"name": name}})
    if entry["unit"] not in UNITS:
        raise ValidationError(
            {"limits": gettext("“%(name)s”：单位只能是小时、自然日或工作日。") % {"name": name}}
        )
    amount, least = entry["amount"], 0 if clock == ACKNOWLEDGE else 1
    if type(amount) is not int or not least <= amount <= 3650:
        raise ValidationError(
            {"limits": gettext("“%(name)s”：数量要是整数，至少为 1。") % {"name": name}}
        )


def fault(entry) -> bool:
    """Whether `entry` is no limit at all."""
    return (
        not isinstance(entry, dict)
        or set(entry) != {"amount", "unit"}
        or entry["unit"] not in UNITS
        or type(entry["amount"]) is not int
        or not 1 <= entry["amount"] <= 3650
    )
