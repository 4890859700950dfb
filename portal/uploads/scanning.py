"""Malware: where the institution runs ClamAV, clamd is asked about every file (its INSTREAM).

A file that came while clamd was away is kept and given to nobody until it has been looked at
(`check_waiting`); one in which something is found then is deleted, and only its hash stays.
"""

import socket
from contextlib import closing
from time import monotonic

import structlog
from django.conf import settings
from django.db import transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.uploads.models import SmallView, Upload

SECONDS = 20  # for one file, from the first word to the verdict
REST = 30  # seconds in which nobody waits again for a clamd that did not answer
PIECE = 64 * 1024
AT_A_TIME = 50
BY = Actor.system("scanner")
log = structlog.get_logger()

_silent: dict[str, float] = {}  # clamd's address → until when nobody waits for it


class Away(Exception):
    """clamd did not answer, or not with a verdict."""


class NoVerdict(Away):
    """It is there, and gave none on this one file."""


def is_on() -> bool:
    return bool(settings.CLAMAV)


def asked(data: bytes) -> str:
    """As `found_in`, for somebody who stands waiting: five files in a row do not each wait for a
    clamd that hangs."""
    if monotonic() < _silent.get(settings.CLAMAV, 0.0):
        raise Away("it did not answer a moment ago")
    try:
        return found_in(data)
    except NoVerdict:
        raise
    except Away:
        _silent[settings.CLAMAV] = monotonic() + REST
        raise


def found_in(data: bytes) -> str:
    """What clamd calls it; "" for a clean file. Raises Away."""
    until = monotonic() + SECONDS
    try:
        with closing(_connected()) as line:
            _send(line, b"zINSTREAM\0", until)
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                _send(line, len(piece).to_bytes(4, "big") + piece, until)
            _send(line, bytes(4), until)
            said = _answer(line, until)
    except (BrokenPipeError, ConnectionResetError) as error:  # as it does over one too large
        raise NoVerdict(str(error)) from error
    except OSError as error:
        raise Away(str(error)) from error
    verdict = said.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise NoVerdict(said)


def _connected() -> socket.socket:
    if settings.CLAMAV.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(settings.CLAMAV.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = settings.CLAMAV.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _send(line: socket.socket, data: bytes, until: float) -> None:
    line.settimeout(_left(until))
    line.sendall(data)


def _answer(line: socket.socket, until: float) -> str:
    said = b""
    while not said.endswith((b"\0", b"\n")) and len(said) < 4096:
        line.settimeout(_left(until))
        piece = line.recv(1024)
        if not piece:
            break
        said += piece
    return said.decode("utf-8", "replace").strip("\0\n")


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("no verdict in time")
    return left


def check_waiting() -> int:
    """Look at what waits for it, the oldest first; of how many something is known now."""
    known = 0
    if not is_on():
        return known
    for pk in list(_waiting().values_list("pk", flat=True)[:AT_A_TIME]):
        try:
            known += _check(pk)
        except NoVerdict as why:
            log.warning("file_without_verdict", upload=pk, error=str(why))
        except Away as away:
            log.warning("scanner_away", error=str(away))
            break
        except Exception:  # one that is lost or cannot be read must not hold back the others
            log.exception("waiting_file_not_checked", upload=pk)
    return known


def _waiting():
    return Upload.objects.filter(scan=Upload.Scan.WAITS).order_by("pk")


def _check(pk: int) -> bool:
    upload = _waiting().filter(pk=pk).first()
    if upload is None:
        return False  # another worker was quicker, or it was taken away
    with upload.file.open("rb") as file:
        found = found_in(file.read())
    with transaction.atomic():
        row = _waiting().select_for_update().filter(pk=pk).first()
        if row is None:
            return False
        row.scan = Upload.Scan.FOUND if found else Upload.Scan.CLEAN
        row.save(update_fields=["scan"])
        subject, facts = f"upload:{row.public_id}", {"for": row.subject, "sha256": row.sha256}
        if found:
            SmallView.objects.filter(upload=row).delete()
            audit.record(subject, "file.infected", actor=BY, after={**facts, "malware": found[:80]})
        else:
            audit.record(subject, "file.checked", actor=BY, after=facts)
    if found:
        upload.file.delete(save=False)
    return True
