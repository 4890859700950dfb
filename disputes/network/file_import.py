"""A file of messages from the card network: each row into its track, among those that wait for
their payment, or aside with line, column and reason.

Each row is one transaction that also moves the file's counter, so a load that was killed goes on
where it ended, and the same bytes under the same mapping are one file however often they come.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from disputes import moment
from disputes.actions import network_notices
from disputes.actions.receive_network import receive_network
from disputes.errors import Invalid, NotAllowed, Refused
from disputes.models import NetworkFile
from disputes.network import incoming, mapping
from disputes.network.mapping import BadRow, Rows
from disputes.policy.table import INSTITUTION
from portal import audit
from portal.accounts.actor import Actor
from receipts.imports import formats, opening, reading, reasons, sheet
from receipts.imports.reading import Broken, NotReadable

LARGEST = 5 * 1024 * 1024  # bytes of a file given on a page; the command takes any


@dataclass(frozen=True)
class Loaded:
    """`already`: these bytes were read before, and nothing was done now."""

    file: NetworkFile
    already: bool = False


def load_upload(given, format_name: str, *, actor: Actor) -> Loaded:
    """A file chosen on a page, in one of the formats that come with the product. Raises Invalid."""
    if format_name not in mapping.names():
        raise Invalid("format", _("请选文件的格式。"))
    if given.size > LARGEST:
        raise Invalid("file", _("文件太大：在这里最多 5 MB，更大的请用命令导入。"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages"
        path.write_bytes(given.read())
        return load(path, format_name, actor=actor, name=given.name or "")


def load(path: Path, format_name: str, *, actor: Actor, name: str = "") -> Loaded:
    """Read one file into the tracks. Raises Invalid("file") where it cannot be read as a whole,
    Invalid("format") for a mapping file that makes no sense, NotAllowed."""
    if actor.kind != "system" and (not actor.is_institution or actor.role not in INSTITUTION):
        raise NotAllowed()
    try:
        format = mapping.get(format_name)
    except formats.FormatError as error:
        raise Invalid("format", str(error)) from None
    try:
        known = reading.examine(path, format.encodings)
    except NotReadable as error:
        raise Invalid("file", reasons.of_file(error.code)) from None
    file, already = _begin(name or path.name, format, known, actor)
    if already:
        return Loaded(file, already=True)
    try:
        with opening.opened(path) as source:
            _read_all(sheet.opened(source, known.encoding, format), format, file, actor)
    except NotReadable as error:
        _failed(file, error.code, actor)
        raise Invalid("file", reasons.of_file(error.code)) from None
    except formats.FormatError as error:
        _failed(file, error.code, actor)
        raise Invalid("file", str(error)) from None
    return Loaded(_finished(file, actor))


@transaction.atomic
def _begin(name: str, format, known, actor: Actor) -> tuple[NetworkFile, bool]:
    found = (
        NetworkFile.objects.filter(sha256=known.sha256, format_sha256=format.sha256)
        .exclude(state=NetworkFile.State.FAILED)
        .first()
    )
    if found is not None:
        return found, found.state == NetworkFile.State.DONE
    file = NetworkFile.objects.create(
        name=name[-200:],
        format=format.name,
        sha256=known.sha256,
        format_sha256=format.sha256,
        size=known.size,
        started_by=actor.id,
        started_at=moment.now(),
    )
    _record(file, "network_file.started", actor, {"format": file.format, "sha256": file.sha256})
    return file, False


def _read_all(records: sheet.Sheet, format, file: NetworkFile, actor: Actor) -> None:
    rows = Rows(format, records.placed, timezone.localdate())
    for place, (line, cells) in enumerate(islice(records, file.read, None), file.read):
        _take(rows, line, cells, place, file.pk, actor)


@transaction.atomic
def _take(rows: Rows, line: int, cells, place: int, pk: int, actor: Actor) -> None:
    """One row and the file's count of it: both or neither."""
    file = NetworkFile.objects.select_for_update().get(pk=pk)
    if file.read != place:
        return  # another load of the same file has taken it
    came_to = _one(rows, line, cells, file, actor)
    counted = {"read": F("read") + 1, came_to: F(came_to) + 1}
    NetworkFile.objects.filter(pk=pk).update(**counted)


def _one(rows: Rows, line: int, cells, file: NetworkFile, actor: Actor) -> str:
    """The column of NetworkFile that counts what became of the row."""

    def aside(kept: dict, reason: str, column: str = "") -> str:
        network_notices.put_aside(kept, reason, actor=actor, file=file, line=line, column=column)
        return "put_aside"

    if isinstance(cells, Broken):
        return aside({}, cells.reason)
    try:
        message = rows.read(cells)
    except BadRow as bad:
        return aside(rows.kept(cells), bad.reason, bad.column)
    match = incoming.find(message)
    if match.several or match.differs:
        return aside(message.kept, "several" if match.several else "differs", "rrn")
    if match.payment is None:
        known = network_notices.wait(message, actor=actor, file=file, line=line)
        return "waiting" if (known.file_id, known.line) == (file.pk, line) else "known"
    with suppress(Refused), transaction.atomic():
        _step, is_new = receive_network(match.payment, message, actor=actor)
        return "taken" if is_new else "known"
    return aside(message.kept, "refused", "code")


@transaction.atomic
def _finished(file: NetworkFile, actor: Actor) -> NetworkFile:
    file = NetworkFile.objects.select_for_update().get(pk=file.pk)
    if file.state == NetworkFile.State.RUNNING:
        file.state, file.finished_at = NetworkFile.State.DONE, moment.now()
        file.save()
        _record(file, "network_file.finished", actor, counts(file))
    return file


@transaction.atomic
def _failed(file: NetworkFile, code: str, actor: Actor) -> None:
    file = NetworkFile.objects.select_for_update().get(pk=file.pk)
    file.state, file.error, file.finished_at = NetworkFile.State.FAILED, code, moment.now()
    file.save()
    _record(file, "network_file.failed", actor, {"error": code, **counts(file)})


def _record(file: NetworkFile, type_: str, actor: Actor, after: dict) -> None:
    audit.record(f"networkfile:{file.pk}", type_, actor=actor, after=after, at=moment.now())


def counts(file: NetworkFile) -> dict:
    return {
        name: getattr(file, name) for name in ("read", "taken", "known", "waiting", "put_aside")
    }


def in_words(loaded: Loaded) -> str:
    if loaded.already:
        return _("这个文件以前导入过，没有再做一次。")
    file = loaded.file
    said = ngettext("读了 %(n)d 行：", "读了 %(n)d 行：", file.read) % {"n": file.read}
    return said + _("登记 %(taken)s，早已登记 %(known)s，等消费 %(waiting)s，搁置 %(aside)s。") % {
        "taken": file.taken,
        "known": file.known,
        "waiting": file.waiting,
        "aside": file.put_aside,
    }
