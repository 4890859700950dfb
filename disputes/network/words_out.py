"""Mails about a track: to the merchant that it is asked for the slip, to whoever at the institution
works on it that a message came or that time runs out, to the customer that there is news. A link
and what to do; no amount, card or name."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes import in_app, messages_out, moment
from disputes.models import Case, NetworkDispute, NetworkStep, NetworkWord, SignedSlip
from disputes.policy import network as rules
from disputes.policy.parties import to_be_told
from disputes.policy.table import CONSUMER, Notice
from portal.accounts import away
from portal.accounts.models import Role, User
from portal.outbox import letters

What = NetworkWord.What
TO_STAFF = {
    "E00": _("银联来了一件查询，请在时限内查复"),
    "E04": _("银联来了一件调单，请在时限内回复"),
    "E23": _("银联来了一件退单，请在时限内决定"),
    "E25": _("银联来了一件二次退单，请在时限内决定"),
    "slip": _("商户上传了签字小票，可以回复调单了"),
    What.IN_72: _("一件银联差错离时限不到 72 小时，请登录处理"),
    What.IN_24: _("一件银联差错离时限不到 24 小时，请马上登录处理"),
    What.MISSED: _("一件银联差错的时限已经过了，请登录看后果"),
    What.SLIP_MISSED: _("商户没有按时上传签字小票，请登录处理"),
}
TO_MERCHANT = {
    "E04": _("发卡行要看一笔消费的签字小票，请登录上传原件的照片或扫描件"),
    What.SLIP_72: _("签字小票还没有上传，离时限不到 72 小时，请登录上传"),
    What.SLIP_24: _("签字小票还没有上传，离时限不到 24 小时，请马上登录上传"),
    What.SLIP_MISSED: _("签字小票没有按时上传，款项可能被退给持卡人，请登录看"),
    "E23": _("发卡行把一笔消费的钱要了回去，请登录查看"),
    "E32": _("支付机构把一笔消费的钱退给了持卡人，请登录查看"),
    "E74": _("支付机构把一笔消费的钱退给了持卡人，请登录查看"),
    rules.ACCEPTED: _("一笔被退单的消费有了结果，请登录查看"),
    rules.WON: _("一笔被退单的消费有了结果，请登录查看"),
    rules.LOST: _("一笔被退单的消费有了结果，请登录查看"),
}
# The customer hears of what changes something for them; the way between the banks is not theirs.
TO_CONSUMER = {"E23", "E24", "E32", "E74", rules.ACCEPTED, rules.WON, rules.LOST}


def of_step(row: NetworkDispute, step: NetworkStep) -> None:
    _to_merchant(row, step.code, f"{step.pk}")
    if rules.STEPS[step.code].incoming and step.due_at is not None:
        _to_staff(row, step.code, f"{step.pk}", _workers(row))
    if step.code in TO_CONSUMER:
        for case in Case.objects.open().filter(payment=row.payment_id).exclude(contact=""):
            messages_out.tell(case, Notice(CONSUMER, "network_news"), f"n{step.pk}")


def of_slip(row: NetworkDispute, slip: SignedSlip) -> None:
    """The merchant has given the signed slip: somebody can answer the retrieval."""
    _to_staff(row, "slip", f"slip-{slip.pk}", _workers(row))


def of_word(row: NetworkDispute, word: NetworkWord) -> None:
    """A deadline that is near goes to whoever has the case, else to supervisors; the last warning
    and a missed one to supervisors too."""
    key = f"{word.step_id}-{word.what}"
    _to_merchant(row, word.what, key)
    pressing = word.what in {What.IN_24, What.MISSED}
    _to_staff(row, word.what, key, _workers(row, pressing=pressing))


def _workers(row: NetworkDispute, *, pressing: bool = False) -> list[User]:
    keeper = row.case.assignee
    is_here = keeper and keeper.is_active and not away.of(keeper, moment.now())
    people = [keeper] if keeper and is_here else []
    if pressing or not people:
        people += [user for user in letters.people(Role.SUPERVISOR) if user not in people]
    return [user for user in people if user.email]


def _to_staff(row: NetworkDispute, text: str, key: str, people: list[User]) -> None:
    if text in TO_STAFF:
        link = settings.PUBLIC_URL + reverse("desk:network_dispute", args=[row.public_id])
        _send(row, f"staff-{key}", TO_STAFF[text], link, people)


def _to_merchant(row: NetworkDispute, text: str, key: str) -> None:
    if text in TO_MERCHANT:
        link = settings.PUBLIC_URL + reverse("merchant_cases:network", args=[row.public_id])
        people = [user for user in to_be_told(row.organisation) if user.email]
        _send(row, f"merchant-{key}", TO_MERCHANT[text], link, people)


def _send(row: NetworkDispute, key: str, text, link: str, people: list[User]) -> None:
    def letter() -> tuple[str, str]:
        lines = [gettext("您好！"), "", gettext("%(news)s。") % {"news": text}, "", link, ""]
        lines.append(gettext("请不要回复这封邮件，打开链接就可以答复。"))
        return str(text), "\n".join(lines) + "\n"

    effect = f"network-{row.public_id.hex}-{key}"
    letters.to_each(effect, "network.news", people, letter)
    in_app.tell(row.case, people, "network", link=link, key=key)
