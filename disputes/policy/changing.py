"""A new version of the policy's numbers. Nothing of an old version ever changes: cases that began
under it keep it.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes.models.policy import PolicyVersion
from disputes.policy import limits, refund_limits
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role

LONGEST_NOTE = 200


@transaction.atomic
def new_version(
    entries: dict, *, note: str, after: int, actor: Actor, refunds: dict | None = None
) -> PolicyVersion:
    """Make `entries` (clock → limit, as in `limits.DEFAULTS`) the policy of cases that begin from
    now on, and `refunds` (as in `refund_limits.DEFAULTS`; as it is when None) that of all refunds.
    `after` is the number of the version that the actor was looking at.

    Raises NotAllowed, Invalid("note" | "limits") when no reason is given, nothing would change or
    somebody else was quicker, ValidationError for limits that no clock can run by.
    """
    if actor.role != Role.ADMINISTRATOR:
        raise NotAllowed(f"{actor.role} does not change the policy")
    note = note.strip()
    if not note:
        raise Invalid("note", _("请写明为什么改"))
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", _("最多 {most} 个字").format(most=LONGEST_NOTE))
    current = PolicyVersion.objects.select_for_update().order_by("-number")[0]
    refunds = current.refund_limits if refunds is None else refunds
    check(entries, current, after, refunds)
    version = PolicyVersion.objects.create(
        number=current.number + 1,
        limits=entries,
        refund_limits=refunds,
        note=note,
        created_by=actor.user,
    )
    audit.record(
        f"policy:{version.number}",
        "policy.version_made",
        actor=actor,
        before=_facts(current),
        after=_facts(version),
        reason=note,
    )
    return version


def check(entries: dict, current: PolicyVersion, after: int, refunds: dict) -> None:
    """Whether these may follow `current`. Raises as `new_version`."""
    limits.check(entries)
    refund_limits.check(refunds)
    if current.number != after:
        raise Invalid("limits", _("刚才有人改过，请先看一看现行的规则再改"))
    if (current.limits, current.refund_limits) == (entries, refunds):
        raise Invalid("limits", _("和现行的规则一样，没有要改的"))


def _facts(version: PolicyVersion) -> dict:
    return {
        "number": version.number,
        "limits": version.limits,
        "refund_limits": version.refund_limits,
    }
