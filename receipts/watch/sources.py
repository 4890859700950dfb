"""Say which files are expected, and stop expecting them: for the page and the command alike."""

import re
from datetime import time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from receipts.imports import formats
from receipts.models import FileSource
from receipts.watch import days as rules

MOST_GRACE = 12 * 60  # minutes; more would reach into the next day's work


def may_change(actor: Actor | None) -> bool:
    """Whoever answers for the files, and commands of the machine itself."""
    if not actor:
        return False
    return actor.kind == "system" or actor.role == Role.OPERATIONS


def put(
    name: str,
    *,
    pattern: str,
    format: str,
    days: str = rules.DAILY,
    due_at: time | None = None,
    grace_minutes: int = 0,
    actor: Actor,
) -> FileSource:
    """Make the source of this name, or change it. Raises NotAllowed, Invalid(field)."""
    if not may_change(actor):
        raise NotAllowed(f"{actor.role} sets no file source")
    after = _checked(name, pattern, format, days, due_at, grace_minutes)
    with transaction.atomic():
        source = FileSource.objects.select_for_update().filter(name=name).first()
        before = _facts(source) if source else {}
        source = source or FileSource(name=name)
        agreed = (source.days, source.due_at, source.grace_minutes)
        for field, value in after.items():
            setattr(source, field, value)
        if before == _facts(source):
            return source
        if source.pk and agreed != (source.days, source.due_at, source.grace_minutes):
            # What was agreed today is no reason for an alarm about this morning.
            source.watched_from, source.missing_for = timezone.now(), None
        source.save()
        _record("file_source_set", source, actor, before, _facts(source))
    return source


def remove(name: str, *, actor: Actor) -> None:
    """Raises NotAllowed, FileSource.DoesNotExist."""
    if not may_change(actor):
        raise NotAllowed(f"{actor.role} removes no file source")
    with transaction.atomic():
        source = FileSource.objects.select_for_update().get(name=name)
        _record("file_source_removed", source, actor, _facts(source), {})
        source.delete()


def _checked(name, pattern, format, days, due_at, grace_minutes) -> dict:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
        raise Invalid("name", _("名称用小写字母、数字和连字符，最多 40 个字符"))
    if not pattern or len(pattern) > 100 or "/" in pattern or not pattern.isprintable():
        raise Invalid("pattern", _("请填文件名的样子，例如 allinpay-*.csv，不含文件夹"))
    try:
        formats.get(format)
    except formats.FormatError as error:
        raise Invalid("format", str(error)) from None
    try:
        days = rules.read(days)
    except ValueError:
        raise Invalid("days", _("请选文件在哪些天来")) from None
    if not 0 <= grace_minutes <= MOST_GRACE:
        raise Invalid("grace_minutes", _("宽限最多 12 小时"))
    return {
        "pattern": pattern,
        "format": format,
        "days": days,
        "due_at": due_at,
        "grace_minutes": grace_minutes,
    }


def _facts(source: FileSource) -> dict[str, str]:
    due = f"{source.due_at:%H:%M}" if source.due_at else ""
    return {
        "pattern": source.pattern,
        "format": source.format,
        "days": source.days,
        "due_at": due,
        "grace_minutes": str(source.grace_minutes),
    }


def _record(type_: str, source: FileSource, actor: Actor, before: dict, after: dict) -> None:
    audit.record(f"file_source:{source.name}", type_, actor=actor, before=before, after=after)
