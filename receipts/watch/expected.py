"""Which files came and which did not: each missing one is told once, and told when it comes.

A file has come when a load of a file of that name ended well, whoever loaded it: the watch folder
or somebody by hand. Bytes that were loaded before are no new file.
"""

from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase

from django.db import transaction
from django.utils import timezone

from receipts.models import FileSource, ImportFile
from receipts.watch import alarms, days

LOOKED_BACK = timedelta(days=3)  # for files that came while nothing looked


def source_of(name: str, sources=None) -> FileSource | None:
    """The first source, by name, whose pattern the file's name matches."""
    listed = FileSource.objects.all() if sources is None else sources
    return next((source for source in listed if fnmatchcase(name, source.pattern)), None)


def notice(now: datetime | None = None) -> list[str]:
    """Note what came, tell what did not; the names of the sources told of now."""
    now = now or timezone.now()
    sources = list(FileSource.objects.all())
    if not sources:
        return []
    _note_arrivals(sources, now)
    today = timezone.localdate(now)
    told = []
    for source in sources:
        for day in (today - timedelta(days=1), today):
            late = source.late_from(day)
            if late is None or not source.watched_from < late <= now:
                continue
            if days.is_expected(source.days, day) and _tell_missing(source, day):
                told.append(source.name)
    return told


def _note_arrivals(sources: list[FileSource], now: datetime) -> None:
    since = min(source.last_came_at or now - LOOKED_BACK for source in sources)
    files = ImportFile.objects.filter(
        state=ImportFile.State.DONE, finished_at__gt=max(since, now - LOOKED_BACK)
    ).exclude(format="feed")
    for file in files.order_by("finished_at", "pk"):
        source = source_of(file.name, sources)
        if source is not None and _is_news(source, file):
            _came(source, file)


def _is_news(source: FileSource, file: ImportFile) -> bool:
    assert file.finished_at is not None  # noqa: S101  it is done
    return source.last_came_at is None or file.finished_at > source.last_came_at


@transaction.atomic
def _came(known: FileSource, file: ImportFile) -> None:
    """This is a file of that source; a missing one is missing no more."""
    source = FileSource.objects.select_for_update().filter(pk=known.pk).first()
    if source is None or not _is_news(source, file):
        return
    day = source.day_of(file.finished_at or timezone.now())
    missing, source.missing_for = source.missing_for, None
    source.last_file, source.last_came_at = file, file.finished_at
    source.last_came_on = max(day, source.last_came_on or day)
    source.save(update_fields=["last_file", "last_came_at", "last_came_on", "missing_for"])
    known.last_came_at = source.last_came_at
    if missing is not None:
        alarms.came_after_all(source, missing, file)


@transaction.atomic
def _tell_missing(known: FileSource, day: date) -> bool:
    source = FileSource.objects.select_for_update().filter(pk=known.pk).first()
    if source is None or any(
        since is not None and since >= day for since in (source.last_came_on, source.alarmed_on)
    ):
        return False
    source.alarmed_on = source.missing_for = day
    source.save(update_fields=["alarmed_on", "missing_for"])
    alarms.missing(source, day)
    return True
