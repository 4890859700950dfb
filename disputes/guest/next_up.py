"""To whom the customer may turn next, and where they are found: always on the case's page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from disputes import clocks
from disputes.clocks import ClockState
from disputes.models.case import Stage
from disputes.policy import addresses, limits
from disputes.policy.addresses import Address
from disputes.policy.parties import institution_name


@dataclass(frozen=True)
class NextUp:
    now: str  # what is next, in a sentence
    addresses: list[Address]


def of(case, states: list[ClockState]) -> NextUp:
    return NextUp(_sentence(case, states), known(addresses.current()))


def known(book: dict[str, Address]) -> list[Address]:
    return [each for each in book.values() if each.is_known]


def _sentence(case, states: list[ClockState]) -> str:
    house = {"institution": institution_name()}
    if case.stage == Stage.UPWARD:
        return _("这件事已经到了上级。不同意那里的结果，还可以调解、仲裁或起诉。")
    if case.is_open and case.stage == Stage.MERCHANT:
        return _("%(institution)s。不用等商户，现在就可以请它处理。") % house
    late = any(s.clock == limits.ANSWER and s.state == clocks.MISSED for s in states)
    if case.is_open and not late:
        return (
            _(
                "当地中国人民银行分支机构，或拨 12363："
                "在%(institution)s答复以后不同意，或到期没有答复时。"
            )
            % house
        )
    return _("当地中国人民银行分支机构，或拨 12363：现在就可以。")
