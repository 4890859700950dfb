"""The guards of the card network's rules (disputes.policy.network): each looks at a track and at
what a step is about to bring."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from disputes.models.network import CardKind, NetworkDispute, State
from disputes.policy.table import Text

RETRIEVAL_MONTHS = 12  # of the payment
MOST_INQUIRIES = 2
LARGEST_FILE = 10 * 1024 * 1024  # bytes, of what goes with a message


@dataclass(frozen=True)
class Facts:
    """What a step is about to bring: `on` the day of the payment, `left_minor` what of it has not
    gone back, `file_size` bytes of what goes with it (None: nothing does)."""

    at: datetime
    today: date
    on: date | None = None
    amount_minor: int | None = None
    left_minor: int = 0
    file_size: int | None = None
    text: str = ""


Check = Callable[[NetworkDispute, Facts], bool]


@dataclass(frozen=True)
class Guard:
    """`why` is for whoever is refused; `rule` for the docs."""

    name: str
    holds: Check
    why: Text
    rule: str


def twelve_months_after(day: date) -> date:
    """The last day on which the slip may be asked for; of 29 February the 28th a year later."""
    year, month = divmod(day.month - 1 + RETRIEVAL_MONTHS, 12)
    year += day.year
    for last in (day.day, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


def _asked_and_over(dispute: NetworkDispute, _facts: Facts) -> bool:
    is_open = dispute.state in {State.INQUIRED, State.RETRIEVING}
    return bool(dispute.inquiries or dispute.retrievals) and not is_open


def _in_time(dispute: NetworkDispute, facts: Facts) -> bool:
    return dispute.due_at is None or facts.at <= dispute.due_at


def may_represent(dispute: NetworkDispute) -> bool:
    return dispute.card_kind == CardKind.CREDIT and not dispute.retrieval_missed


GUARDS = {
    guard.name: guard
    for guard in (
        Guard(
            "first or second inquiry",
            lambda d, f: d.inquiries < MOST_INQUIRIES,
            _("同一笔消费最多查询两次。"),
            "At most two inquiries about one payment.",
        ),
        Guard(
            "no retrieval before",
            lambda d, f: d.retrievals == 0,
            _("已经调过单，不能再查询或者再次调单。"),
            "No inquiry after a retrieval, and one retrieval at most.",
        ),
        Guard(
            "within 12 months",
            lambda d, f: f.on is not None and f.today <= twelve_months_after(f.on),
            _("消费已经过了 12 个月，不能再调单。"),
            "A retrieval comes within 12 months of the payment, its anniversary included.",
        ),
        Guard(
            "asked and answered",
            _asked_and_over,
            _("查询还没有答复，不能退单。"),
            "No chargeback before an inquiry or retrieval was answered or its last day has passed.",
        ),
        Guard(
            "not adjusted",
            lambda d, f: d.adjusted_minor == 0,
            _("已经贷记调整过，不能再退单或手工退货。"),
            "A credit adjustment excludes a chargeback and a manual refund.",
        ),
        Guard(
            "not charged back",
            lambda d, f: d.charged_back_minor == 0,
            _("已经退单，不能再贷记调整或手工退货。"),
            "A chargeback excludes a credit adjustment; there is one chargeback.",
        ),
        Guard(
            "no manual refund",
            lambda d, f: d.manual_minor == 0,
            _("已经手工退货，不能再贷记调整。"),
            "A manual refund excludes a credit adjustment.",
        ),
        Guard(
            "within the payment",
            lambda d, f: f.amount_minor is not None and 0 < f.amount_minor <= d.amount_minor,
            _("金额要大于 0，不能超过原消费。"),
            "No amount above that of the payment.",
        ),
        Guard(
            "within what is left",
            lambda d, f: f.amount_minor is not None and 0 < f.amount_minor <= f.left_minor,
            _("金额要大于 0，不能超过还没有退的部分。"),
            "What we give back of our own will is at most what has not gone back yet.",
        ),
        Guard(
            "within the chargeback",
            lambda d, f: f.amount_minor is not None and 0 < f.amount_minor <= d.charged_back_minor,
            _("金额要大于 0，不能超过退单金额。"),
            "A second chargeback, and what is lost, is at most the first.",
        ),
        Guard(
            "credit card",
            lambda d, f: d.card_kind == CardKind.CREDIT,
            _("只有贷记卡能再请款和二次退单；借记卡之后是例外协商。卡种不知道时，请先查明。"),
            "Representment and second chargeback are of credit cards alone, known to be one.",
        ),
        Guard(
            "card kind known",
            lambda d, f: d.card_kind != CardKind.UNKNOWN,
            _("请先查明是借记卡还是贷记卡。"),
            "What differs by the kind of card waits until the kind is known.",
        ),
        Guard(
            "retrieval not missed",
            lambda d, f: not d.retrieval_missed,
            _("调单过期没有回复，不能再请款。"),
            "A retrieval that was missed loses the representment.",
        ),
        Guard(
            "no representment possible",
            lambda d, f: not may_represent(d) or d.state == State.CHARGED_BACK_AGAIN,
            _("这笔可以再请款，例外协商在二次退单以后。"),
            "Exceptional negotiation comes where no representment is possible, or after it.",
        ),
        Guard(
            "file of 10 MB at most",
            lambda d, f: f.file_size is not None and 0 < f.file_size <= LARGEST_FILE,
            _("要有凭证文件，一共不超过 10 MB。"),
            "A file goes with it, of 10 MB at most.",
        ),
        Guard(
            "with words",
            lambda d, f: bool(f.text),
            _("请写明内容。"),
            "Words go with it.",
        ),
        Guard(
            "in time",
            _in_time,
            _("时限已经过了，不能再答复。"),
            "Not after the last moment: the deadline is absolute.",
        ),
    )
}


# What stands in the form and not in the track.
OF_A_FORM = {
    "with words",
    "file of 10 MB at most",
    "within the payment",
    "within what is left",
    "within the chargeback",
}
