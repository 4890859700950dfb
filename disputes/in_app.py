"""Notices inside the product: who is told of what stands in the policy's table, as for mails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes import moment
from disputes.models import Case, InAppNotice
from disputes.models.in_app import count_again
from portal import compiled_writes
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation, User
from portal.compiled import Compiled, Later

KEPT_FOR = timedelta(days=90)  # read or not: what still waits stands in the queue
SHOWN = 100
# What is told, in a reader's words; short, since the case stands beside it.
WORDS: dict[str, str | Promise] = {
    "opened": _("新案件，等您答复"),
    "opened_at_institution": _("新案件，由支付机构处理"),
    "consumer_replied": _("客户补充说明"),
    "merchant_replied": _("商户留言"),
    "institution_replied": _("支付机构留言"),
    "assigned": _("同事交给您的"),
    "given": _("按规则分给您的"),
    "mentioned": _("备注里提到了您"),
    "due_soon": _("时限快到了"),
    "overdue": _("时限过了"),
    "refund_asked": _("一笔退款等您批准"),
    "network_asked": _("一步银联差错等您批准"),
    "network_refused": _("您提出的银联差错没有批准"),
    "network_expired": _("您提出的银联差错没等到批准，已作废"),
    "extension_asked": _("一次延期等您批准"),
    "extension_approved": _("您申请的延期批准了"),
    "extension_refused": _("您申请的延期没有批准，时限照旧"),
    "extended": _("答复时限延长了"),
    "policy_moved": _("时限按新规则重新算过"),
    "merged": _("并入了另一件"),
    "parted": _("和另一件分开了"),
    "offer_accepted": _("客户接受了退款"),
    "offer_declined": _("客户没有接受退款"),
    "refund_approved": _("退款批准了"),
    "refund_refused": _("退款没有批准"),
    "refund_executed": _("退款办出了"),
    "refund_failed": _("退款没有办成"),
    "refund_confirmed": _("退款核对确认了"),
    "redo_linked": _("重新交易的一笔对上了"),
    "redone": _("退款和重新交易都确认了，办结"),
    "slip_accepted": _("客户有电子小票就够了，办结"),
    "escalated": _("转由支付机构处理"),
    "escalated_by_time": _("超过时限，转由支付机构处理"),
    "resolved": _("支付机构办结了"),
    "rejected": _("支付机构办结了"),
    "withdrawn": _("客户撤回了"),
    "continued": _("客户对结果不满意，继续处理"),
    "network": _("银联差错有进展"),
}


def tell(
    case: Case, users: Iterable[User], what: str, *, link: str, key: str, to_gather: bool = False
) -> None:
    """In the transaction of what is told; `what` and `key` are unique to it, `link` is that of the
    mail. `to_gather`: no mail went with it, one tells of several later (disputes.gathered)."""
    path = link.removeprefix(settings.PUBLIC_URL)
    users = list(users)
    house = _house(case, path) if users else None
    if house is None:
        return
    for user in users:
        notice = InAppNotice(
            effect_key=f"{case.number}-{what}-{key}-{user.public_id.hex[:12]}",
            user=user,
            organisation_id=house,
            case=case,
            what=what,
            path=path,
            made_at=moment.now(),
            to_gather=to_gather,
        )
        compiled_writes.insert_unless_there(notice, "effect_key")
        count_again(user.pk, house)


def _house(case: Case, path: str) -> int | None:
    """Under which organisation the readers of that page work."""
    if path.startswith("/merchant/"):
        return case.organisation_id
    found = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTION)
    return found.order_by("pk").values_list("pk", flat=True).first()


_unread = Compiled(
    lambda: InAppNotice.objects.filter(case=Later("case", Case._meta.pk), read_at=None)
)


def settled(case: Case, *what: str) -> None:
    """What was asked of several has been answered: it waits for nobody any more. In the transaction
    of the answer."""
    now = moment.now()
    for notice in _unread.queryset(case=case.pk):
        if notice.what in what:
            notice.read_at = now
            compiled_writes.update(notice, "read_at")
            count_again(notice.user_id, notice.organisation_id)


def seen(actor: Actor, **which) -> int:
    """Mark as read those of the actor's that `which` names (`case`, `pk`; all without); how many
    were not."""
    mine = InAppNotice.objects.filter(user=actor.user, organisation=actor.organisation, **which)
    number = mine.filter(read_at=None).update(read_at=moment.now())
    if number and actor.user and actor.organisation:
        count_again(actor.user.pk, actor.organisation.pk)
    return number


def unseen(row: InAppNotice) -> None:
    """Let it wait again."""
    InAppNotice.objects.filter(pk=row.pk).update(read_at=None)
    count_again(row.user_id, row.organisation_id)


def erase_old() -> int:
    return InAppNotice.objects.filter(made_at__lte=moment.now() - KEPT_FOR).delete()[0]
