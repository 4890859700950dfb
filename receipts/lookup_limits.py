"""Under which limits a look-up falls. The numbers are LOOKUP_LIMITS; what they do is gate.limits.

(card tail, amount, minute) is a search key, not a secret: so failures are counted by each of the
things that a guesser would hold still while the others are tried.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.gate import work
from portal.gate.address import Address, household, neighbourhood
from portal.gate.limits import DAY, Asks, Limit, Try, weighs
from receipts.lookup import Facts, Found, MoreDetail, merchant_key

CELL = timedelta(minutes=10)

# What each limit counts, and the word for attack mode, as operations read it.
_WORDS: dict[str, str | Promise] = {
    "tail": _("同一个尾号"),
    "cell": _("同一个金额和十分钟"),
    "address": _("同一个 IPv4 地址"),
    "network": _("同一个 IPv6 网段"),
    "global": _("所有查询合计"),
    "merchant": _("同一个商户名称"),
    "named_tail": _("一个尾号，试各种商户名称"),
    "named_cell": _("一个时刻，试各种商户名称"),
    "named_global": _("商户名称合计"),
    "code": _("一个尾号，试授权码或参考号"),
    "unproved": _("没有做计算的，同一个地址"),
    "unproved_all": _("没有做计算的，合计"),
    "attack": _("防护模式"),
}


def words_of_limit(scope: str) -> str:
    return str(_WORDS.get(scope, scope))


def attempt(facts: Facts, outcome: Found | MoreDetail, address: Address | None) -> Try:
    """The look-up as the gate may know it."""
    return Try(
        tail=facts.card_tail,
        cell=_cell(facts),
        amount_minor=facts.amount_minor,
        network=neighbourhood(address),
        detail=_detail(facts),
        subject=str(outcome.payment) if isinstance(outcome, Found) else "",
        canary=outcome.canary if isinstance(outcome, MoreDetail) else "",
    )


def of(facts: Facts, address: Address | None, proved: bool) -> list[Limit]:
    """`proved`: with valid work. Without it the look-up is answered while the budget lasts."""
    most = settings.LOOKUP_LIMITS
    limits = [
        Limit("tail", facts.card_tail, most["tail_hour"]),
        Limit("tail", facts.card_tail, most["tail_day"], period=DAY),
        Limit("cell", _cell(facts), most["cell"]),
        Limit("cell", _cell(facts), most["cell_day"], period=DAY),
        by_address(address),
        Limit("global", "", most["global"]),
    ]
    match _detail(facts):
        case "merchant":
            limits += _named(facts)
        case "code":
            code = Limit("code", facts.card_tail, most["code"], period=DAY, asks=Asks.PERSON)
            limits.append(code)
    if not proved:
        home = household(address)
        limits += [
            Limit("unproved", home, most["unproved"], always=True, asks=Asks.PERSON),
            Limit("unproved_all", "", most["unproved_all"], always=True, asks=Asks.PERSON),
        ]
    return limits


def _named(facts: Facts) -> list[Limit]:
    """Names are few and known: whoever tries them against one tail, one minute, or everywhere,
    needs a code after a while."""
    most = settings.LOOKUP_LIMITS
    name = merchant_key(facts.merchant_name)
    return [
        Limit("merchant", name, most["merchant"], asks=Asks.CODE),
        Limit("named_tail", facts.card_tail, most["named"], period=DAY, asks=Asks.CODE),
        Limit("named_cell", _cell(facts), most["named"], period=DAY, asks=Asks.CODE),
        Limit("named_global", "", most["named_global"], asks=Asks.CODE),
    ]


def by_address(address: Address | None) -> Limit:
    scope = "address" if address is None or address.version == 4 else "network"
    return Limit(scope, household(address), settings.LOOKUP_LIMITS[scope])


def work_level(address: Address | None) -> int:
    """How hard the work is for whoever asks from there."""
    return work.level(*weighs(by_address(address)))


def _cell(facts: Facts) -> str:
    return f"{facts.amount_minor}:{int(facts.moment.timestamp() // CELL.total_seconds())}"


def _detail(facts: Facts) -> str:
    if facts.auth_code or facts.rrn:
        return "code"
    return "merchant" if facts.merchant_name else ""
