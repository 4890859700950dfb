"""Look through the trail by the clock, and tell people when something in it is wrong."""

import json
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Role
from portal.audit import keys
from portal.audit.inspection import Fault, Inspection, inspect
from receipts.operations import tell_operations

log = structlog.get_logger()

ACTOR = Actor.system("verify_audit")
TOLD = 5  # faults of one mail
WORDS = {
    "number": gettext_lazy("它在日志里的号不对，或没有号"),
    "leaf": gettext_lazy("它在树里的叶不是它的文字"),
    "hash": gettext_lazy("它的指纹不是它的文字的"),
    "text": gettext_lazy("它的文字读不懂，或被改写过"),
    "columns": gettext_lazy("表里的列与它的文字说法不同"),
    "chain": gettext_lazy("它与同一对象的前一步或末尾接不上"),
    "content": gettext_lazy("存着的内容不是当时记下的"),
    "subtree": gettext_lazy("存着的树与事件不符"),
    "checkpoint": gettext_lazy("签过名的检查点与事件不符"),
    "copy": gettext_lazy("外面的检查点与事件不符"),
    "readings": gettext_lazy("查看记录与封存时的不符：改过、删过或补过"),
    "went_back": gettext_lazy("日志倒退了：像是恢复了旧备份，或删过记录"),
}


def in_words(fault: Fault) -> str:
    what = str(WORDS[fault.what])
    if fault.subject and fault.number is not None:
        return _("第 {number} 号事件（{subject} 第 {step} 步）：{what}").format(
            number=fault.number, subject=fault.subject, step=fault.sequence, what=what
        )
    if fault.subject:
        return _("还没有号的事件（{subject} 第 {step} 步）：{what}").format(
            subject=fault.subject, step=fault.sequence, what=what
        )
    return what


def look(*, since_last: bool = False, **options) -> Inspection:
    """Inspect, remember how far it was good, write down what was found, alarm.

    `since_last` begins where the last good look ended; who tampers with what lies before it is
    found by the next whole one."""
    seen = inspect(since=_last() if since_last else (0, ""), **options)
    if seen.faults:
        _alarm(seen)
    else:
        _keep(seen)
        with transaction.atomic():
            audit.record(
                "audit:log",
                "audit.verified",
                actor=ACTOR,
                after={"size": seen.size, "root": seen.root, "since_last": since_last},
            )
    return seen


def _alarm(seen: Inspection) -> None:
    log.error("audit_trail_wrong", first=str(seen.faults[0]), faults=len(seen.faults))

    def letter() -> tuple[str, str]:
        lines = "\n".join(f"· {in_words(fault)}" for fault in seen.faults[:TOLD])
        return (
            _("审计记录核验不符"),
            _(
                "审计记录里有对不上的地方，最先的是：\n\n{lines}\n\n"
                "请不要改动数据库，先备份，再用 manage.py verify_audit 看全部，"
                "并与机构外的检查点比较。"
            ).format(lines=lines),
        )

    with transaction.atomic():
        audit.record(
            "audit:log",
            "audit.found_wrong",
            actor=ACTOR,
            after={"faults": len(seen.faults), "first": str(seen.faults[0])[:300]},
        )
        # Once a day, however often it is looked.
        tell_operations(
            f"audit_wrong:{timezone.localdate()}",
            "audit_alarm",
            letter,
            Role.SUPERVISOR,
            Role.AUDITOR,
        )


# --- How far it was good: beside what the sequencer remembers, apart from the database ----------
def _path() -> Path:
    return Path(settings.AUDIT_MEMORY).with_name("checked-last.json")


def _last() -> tuple[int, str]:
    try:
        told = json.loads(_path().read_text())
        return (told["size"], told["root"]) if told["origin"] == keys.origin() else (0, "")
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0, ""  # then all of it


def _keep(seen: Inspection) -> None:
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"origin": keys.origin(), "size": seen.size, "root": seen.root}))
    part.replace(path)
