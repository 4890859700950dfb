"""What happens next, with dates: told before a case exists and while it runs."""

from datetime import datetime

from django.utils.translation import gettext as _

from disputes import clocks, moment, policy
from disputes.models.case import Stage
from disputes.policy import limits
from disputes.policy.limits import Limit
from disputes.policy.parties import active_organisation, institution_name


def for_new_case(
    kind: str, payment=None, now: datetime | None = None, reason: str = ""
) -> list[tuple[str, datetime]]:
    """Each step that would follow and its latest moment, in order, by the policy in force.

    Where the merchant comes first, the institution's date counts from the last moment at which
    the merchant may settle the matter: the latest the customer can be told.
    """
    now = now or moment.now()
    current = policy.current_limits()
    read = {clock: Limit.read(entry) for clock, entry in current.items()}
    rules = policy.KINDS[kind]
    merchant = payment.merchant if payment is not None and rules.merchant_takes_part else None
    stage = policy.first_stage(kind, reason, active_organisation(merchant) is not None)
    steps = [(_("收到您的申请，给您案件号"), clocks.after(now, read[limits.ACKNOWLEDGE]))]
    begins = now
    for clock in policy.opening_clocks(kind, stage, payment):
        due = clocks.after(now, read[clock])
        steps.append((_sentence(clock), due))
        begins = max(begins, due) if clock in policy.ESCALATING else begins
    if stage == Stage.MERCHANT:
        steps.append((_sentence(limits.ANSWER), clocks.after(begins, read[limits.ANSWER])))
    return steps


def _sentence(clock: str) -> str:
    sentence = {
        limits.SLIP: _("拿到小票：商户补打，或下载电子小票"),
        limits.FIRST_REPLY: _("商户答复您"),
        limits.SETTLES: _("商户办完；没办完自动转%(institution)s"),
        limits.ANSWER: _("%(institution)s答复您"),
    }[clock]
    is_whole = "%(" not in sentence
    return sentence if is_whole else sentence % {"institution": institution_name()}
