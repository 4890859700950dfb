"""Malware: where the institution runs ClamAV, clamd is asked about every file (its INSTREAM).

A file that came while clamd was away is kept and given to nobody until it has been looked at
(`check_waiting`); one in which something is found then is deleted, and only its hash stays.
"""

import socket
from contextlib import closing

import structlog
from django.conf import settings
from django.db import transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.uploads.models import SmallView, Upload

SECONDS = 20
PIECE = 64 * 1024
AT_A_TIME = 50
BY = Actor.system("scanner")
log = structlog.get_logger()


class Away(Exception):
    """clamd did not answer, or not with a verdict."""


def is_on() -> bool:
    return bool(settings.CLAMAV)


def found_in(data: bytes) -> str:
    """What clamd calls it; "" for a clean file. Raises Away."""
    try:
        with closing(_connected()) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
            said = _answer(line)
    except OSError as error:
        raise Away(str(error)) from error
    verdict = said.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise Away(said)


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


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith((b"\0", b"\n")) and len(said) < 4096:
        piece = line.recv(1024)
        if not piece:
            break
        said += piece
    return said.decode("utf-8", "replace").strip("\0\n")


def check_waiting() -> int:
    """Look at what waits for it, the oldest first; of how many something is known now."""
    known = 0
    if not is_on():
        return known
    for pk in list(_waiting().values_list("pk", flat=True)[:AT_A_TIME]):
        try:
            known += _check(pk)
        except Away as away:
            log.warning("scanner_away", error=str(away))
            break
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
