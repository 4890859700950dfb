"""What operations must hear of: a line in the log, an event in the trail, a mail to each."""

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit, moments
from portal.accounts.actor import Actor
from receipts.imports import reasons, totals
from receipts.operations import tell_operations

log = structlog.get_logger()

ACTOR = Actor.system("watch_folder")


def why(code: str) -> str:
    """A code of this room or of the loader, in words."""
    ours = {
        "symbolic_link": _("这是一个符号链接，不读取"),
        "not_a_file": _("这不是普通文件"),
    }
    return ours.get(code) or reasons.of_file(code)


def broken(name: str, code: str, effect: str, subject: str, message: str = "") -> None:
    """A file could not be loaded. `effect` is one for each file laid down."""
    log.error("watch_file_broken", error=code)
    with transaction.atomic():
        audit.record(subject, "watch_file_broken", actor=ACTOR, after={"name": name}, reason=code)

        def letter() -> tuple[str, str]:
            return (
                _("未能导入文件 {name}").format(name=name),
                _(
                    "{name} 未能导入：{why}\n\n"
                    "文件已移到 broken 文件夹，旁边有报告。改好后请重新放入。"
                ).format(name=name, why=message or why(code)),
            )

        tell_operations(f"watch_broken:{effect}", "import_alarm", letter)


def disagrees(name: str, file) -> None:
    """A file was loaded, and its own totals say something else."""
    with transaction.atomic():

        def letter() -> tuple[str, str]:
            line = _("{name}：文件 {said}，读到 {ours}")
            both = [
                line.format(name=figure, said=said, ours=ours)
                for figure, said, ours in totals.in_words(file.totals)
            ]
            return (
                _("文件 {name} 与自己的合计不一致").format(name=name),
                _("{name} 已经导入，但与文件自己的合计不一致，请核对：").format(name=name)
                + "\n\n"
                + "\n".join(both),
            )

        tell_operations(f"import_disagrees:{file.pk}", "import_alarm", letter)


def missing(source, day) -> None:
    """The usual file of a day did not come; to be called in the transaction that notes it."""
    log.error("watch_file_missing", source=source.name)
    audit.record(
        f"file_source:{source.name}",
        "expected_file_missing",
        actor=ACTOR,
        after={"day": day.isoformat(), "due_at": f"{source.due_at:%H:%M}"},
    )

    def letter() -> tuple[str, str]:
        return (
            _("{source} {day} 的文件没有来").format(
                source=source.name, day=moments.calendar_day(day)
            ),
            _(
                "{day} {due_at:%H:%M} 前应到的文件（{pattern}）没有来。\n\n"
                "在它到来之前，顾客查不到其中的交易。它来了会再告诉您。"
            ).format(day=day, due_at=source.due_at, pattern=source.pattern),
        )

    tell_operations(f"watch_missing:{source.pk}:{day}", "import_alarm", letter)


def came_after_all(source, day, file) -> None:
    """The file that was missing is here; in the transaction that notes it."""
    log.info("watch_file_came_late", source=source.name)
    audit.record(
        f"file_source:{source.name}",
        "expected_file_came",
        actor=ACTOR,
        after={"day": day.isoformat(), "import": file.pk},
    )

    def letter() -> tuple[str, str]:
        return (
            _("{source} 的文件来了").format(source=source.name),
            _("{day} 没有来的文件，现在导入了：{file}，读到 {read} 行。").format(
                day=day, file=file.name, read=file.read
            ),
        )

    tell_operations(f"watch_came:{source.pk}:{day}", "import_alarm", letter)


AWAY_LOOKS = 5  # in a row before somebody is told
_AWAY, _REMEMBERED = "watch-away", 600  # seconds


def away(what: str) -> None:
    """The bucket could not be reached. A moment's fault is a line in the log, a lasting one a mail
    a day: what lies there waits, and what should come is not seen."""
    log.error("watch_bucket_away", error=what)
    cache.set(_AWAY, looks := cache.get(_AWAY, 0) + 1, _REMEMBERED)
    if looks < AWAY_LOOKS:
        return
    with transaction.atomic():

        def letter() -> tuple[str, str]:
            return (
                _("放文件的存储桶连不上"),
                _(
                    "对账文件的存储桶连不上：{what}。\n\n"
                    "没有丢东西：桶里的文件等着，连上以后自动导入。请看网络、地址和密钥。"
                ).format(what=what),
            )

        tell_operations(f"watch_away:{timezone.localdate()}", "import_alarm", letter)


def reached() -> None:
    cache.delete(_AWAY)
