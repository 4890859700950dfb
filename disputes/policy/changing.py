"""A new version of what the policy's rows say. Nothing of an old version ever changes: cases that
began under it keep it.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from disputes.models.policy import PolicyVersion
from disputes.policy import reasons
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role

LONGEST_NOTE = 200


# What a version says, by its columns.
PARTS = ("limits", "refund_limits", "assignment", "reasons", "texts")


@transaction.atomic
def new_version(changed: dict[str, Any], *, note: str, after: int, actor: Actor) -> PolicyVersion:
    """Make `changed` (some of PARTS, each in full) the policy of cases that begin from now on; what
    it does not name stays as it is in force. `refund_limits` count at once, for all refunds.
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
    check(changed, current, after)
    version = PolicyVersion.objects.create(
        number=current.number + 1,
        **(_facts(current) | changed),
        note=note,
        created_by=actor.user,
    )
    audit.record(
        f"policy:{version.number}",
        "policy.version_made",
        actor=actor,
        before={"number": current.number} | _facts(current),
        after={"number": version.number} | _facts(version),
        reason=note,
    )
    return version


def check(changed: dict[str, Any], current: PolicyVersion, after: int) -> None:
    """Whether these may follow `current`. Raises as `new_version`."""
    PolicyVersion(**(_facts(current) | changed)).clean()
    reasons.check_follows(changed.get("reasons", current.reasons), current.reasons)
    if current.number != after:
        raise Invalid("limits", _("刚才有人改过，请先看一看现行的规则再改"))
    if _facts(current) == _facts(current) | changed:
        raise Invalid("limits", _("和现行的规则一样，没有要改的"))


def _facts(version: PolicyVersion) -> dict[str, Any]:
    return {part: getattr(version, part) for part in PARTS}
