"""Words in braces that stand for a value: {案件号}, {case number}; in canned replies and in the
texts of messages out. Which there are is fixed; each may be written by its Chinese or English name.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from disputes import deadline
from disputes.models.message import Audience
from disputes.policy import limits
from portal import moments, money

WRITTEN = re.compile(r"\{([^{}\n]*)\}")
# From who may read the most to who may read the least; the place is how far a value may go.
REACH = (Audience.ALL.value, Audience.MERCHANT.value, Audience.INTERNAL.value)
# Deadlines that a customer is told of; those of the network and from above are ours.
TOLD = {limits.SLIP, limits.FIRST_REPLY, limits.SETTLES, limits.ANSWER}


@dataclass(frozen=True)
class Placeholder:
    """`reach`: the widest audience before which its value may stand (Audience). `value` takes a
    case and who writes (an Actor); "" where the case has none."""

    zh: str
    en: str
    reach: str
    value: Callable[..., str]
    ours: bool = False  # of the institution: no merchant writes it

    @property
    def name(self) -> str:
        return self.en if (translation.get_language() or "").startswith("en") else self.zh

    @property
    def written(self) -> str:
        return f"{{{self.name}}}"


def _amount(case, _actor) -> str:
    payment = case.payment
    return money.text(payment.amount_minor, payment.currency) if payment else ""


def _requested(case, _actor) -> str:
    return money.text(case.requested_minor) if case.requested_minor else ""


def _merchant(case, _actor) -> str:
    return case.merchant.name if case.merchant else ""


def _deadline(case, _actor) -> str:
    return deadline.by(case.due_at) if case.due_clock in TOLD else ""


def _terminal(case, _actor) -> str:
    payment = case.payment
    return payment.terminal.terminal_no if payment and payment.terminal else ""


def institution(_case, _actor) -> str:
    from disputes.policy.parties import institution_name

    return institution_name()


OF_A_CASE = (
    Placeholder("案件号", "case number", "all", lambda case, _actor: case.number),
    Placeholder("消费金额", "payment amount", "all", _amount),
    Placeholder(
        "消费时间",
        "payment time",
        "all",
        lambda case, _actor: moments.dated(case.payment.occurred_at) if case.payment else "",
    ),
    Placeholder("商户", "merchant", "all", _merchant),
    Placeholder("支付机构", "institution", "all", institution),
    Placeholder("申请退款金额", "amount asked for", "all", _requested),
    Placeholder("答复时限", "deadline", "all", _deadline),
    Placeholder("终端号", "terminal", "merchant", _terminal),
    Placeholder(
        "参考号",
        "reference",
        "merchant",
        lambda case, _actor: case.payment.rrn if case.payment else "",
    ),
    Placeholder(
        "负责人",
        "person in charge",
        "internal",
        lambda case, _actor: case.assignee.name if case.assignee else "",
        ours=True,
    ),
    Placeholder("我的姓名", "my name", "internal", lambda _case, actor: actor.user.name),
)


def by_name(known: Iterable[Placeholder]) -> dict[str, Placeholder]:
    return {name: each for each in known for name in (each.zh, each.en)}


def used(text: str, known: Iterable[Placeholder]) -> list[Placeholder]:
    """Those that stand in `text`, in its order, each once."""
    names = by_name(known)
    found = (names.get(_plain(name)) for name in WRITTEN.findall(text))
    return list(dict.fromkeys(each for each in found if each))


def check(text: str, known: Iterable[Placeholder]) -> None:
    """Raises ValidationError for a brace that opens or closes nothing and for a name that is none,
    with those that there are."""
    known = list(known)
    names = by_name(known)
    for name in WRITTEN.findall(text):
        if _plain(name) not in names:
            raise ValidationError(
                _("没有“{name}”这个占位词。可以用的有：{all}。").format(
                    name="{" + name + "}", all=_("、").join(each.written for each in known)
                )
            )
    if set("{}") & set(WRITTEN.sub("", text)):
        example = known[0].written
        raise ValidationError(
            _("花括号要成对，里面写一个占位词，例如 {example}。").format(example=example)
        )


def fill(text: str, values: Mapping[str, str], known: Iterable[Placeholder]) -> str:
    """`values` by the Chinese name. What a value contains is never read as a placeholder."""
    names = by_name(known)

    def value(found: re.Match) -> str:
        each = names.get(_plain(found[1]))
        return values[each.zh] if each else found[0]

    return WRITTEN.sub(value, text)


def _plain(name: str) -> str:
    return " ".join(name.split()).lower()
