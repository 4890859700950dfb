"""A merchant's slips of one day as one ZIP, made by the worker.

The work is a row. A turn draws what it can in a few seconds and gives the row back, so that mails
and other work get their turn; a turn that was killed is taken up by the next sweep where it was,
since every slip that is there is found again. Of two clicks there is one archive.
"""

import hashlib
import secrets
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.utils import timezone

from portal import audit, money
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.outbox import post
from receipts.finding.days import day_bounds
from receipts.models import DayArchive, Payment, SlipIssue
from receipts.models.payment import Status
from receipts.slip import trouble
from receipts.slip.errors import SlipNotReady
from receipts.slip.issue import issue_slip, read
from receipts.slip.response import safe_in_names

log = structlog.get_logger(__name__)

LIMIT = 2_000  # slips of one archive: about 100 MB, and two minutes of one process
KEPT = timedelta(hours=24)
HELD = timedelta(minutes=2)  # from one sign of life to the next
SECONDS = 15  # of one turn
CHECKPOINT = "audit-checkpoint.txt"  # what shows, with docs/audit.md, that no history was changed
ATTEMPTS = 10


class NoPayments(Exception):
    """There is nothing of that day to put into an archive."""


class _Lost(Exception):
    """Another worker has the archive now: this one had been silent for too long."""


def payments_of(organisation: Organisation, day: date) -> QuerySet[Payment]:
    """What the shops took that day by the clock on their wall; what was declined has no slip."""
    start, end = day_bounds(day)
    of_day = Payment.objects.filter(
        merchant__organisation=organisation, occurred_at__gte=start, occurred_at__lt=end
    )
    return of_day.exclude(status=Status.DECLINED).order_by("occurred_at", "pk")


@transaction.atomic
def ask(actor: Actor, day: date) -> DayArchive:
    """The archive of that day: the one there is while it still tells the truth, else a new one.
    Raises NoPayments."""
    # Locked: of two clicks the second finds what the first made.
    if actor.organisation is None:
        raise NoPayments
    organisation = Organisation.objects.select_for_update().get(pk=actor.organisation.pk)
    sums = payments_of(organisation, day).aggregate(n=Count("pk"), revisions=Sum("revision"))
    if not sums["n"]:
        raise NoPayments
    fingerprint = hashlib.sha256(f"{sums['n']}:{sums['revisions']}".encode()).hexdigest()
    live = DayArchive.objects.exclude(state=DayArchive.State.ENDED)
    there = live.filter(organisation=organisation, day=day).first()
    if there is not None:
        if there.state == DayArchive.State.WAITING or there.fingerprint == fingerprint:
            return there
        _end(there)
    now = timezone.now()
    archive = DayArchive.objects.create(
        organisation=organisation,
        day=day,
        found=sums["n"],
        total=min(sums["n"], LIMIT),
        fingerprint=fingerprint,
        requested_by=actor.id,
        requested_at=now,
        due_at=now,
    )
    audit.record(
        f"archive:{archive.pk}",
        "archive.asked",
        actor=actor,
        after={"day": day.isoformat(), "payments": archive.total},
        at=now,
    )
    post.hint("receipts.tasks.make_archive", str(archive.pk))
    return archive


def work(archive_id: str, seconds: float = SECONDS) -> None:
    """One turn at an archive, if it is due and nobody else's."""
    holder = secrets.token_hex(16)
    now = timezone.now()
    waiting = DayArchive.objects.filter(
        pk=archive_id, state=DayArchive.State.WAITING, due_at__lte=now
    )
    if not waiting.update(holder=holder, due_at=now + HELD):
        return
    archive = DayArchive.objects.select_related("organisation").get(pk=archive_id)
    try:
        if not _draw(archive, time.monotonic() + seconds):
            _give_back(archive)
            return
        _pack(archive)
    except _Lost:
        log.warning("archive_taken_over", archive=archive_id)
    except SlipNotReady:  # operations know, or somebody draws that slip at the moment
        _failed(archive)
    except Exception as error:
        trouble.alert(error, "archive_not_ready")
        _failed(archive)


def sweep(seconds: float = 20) -> None:
    """Go on with what is due; let go what has ended."""
    end = time.monotonic() + seconds
    due = DayArchive.objects.exclude(state=DayArchive.State.ENDED)
    due = due.filter(due_at__lte=timezone.now()).order_by("due_at")
    for archive in due[:100]:
        if time.monotonic() > end:
            break
        if archive.state == DayArchive.State.WAITING:
            work(str(archive.pk))
        else:
            _end(archive)


def _actor(archive: DayArchive) -> Actor:
    part = Actor.system("slips")
    return Actor(kind=part.kind, id=part.id, on_behalf_of=archive.requested_by)


def _payments(archive: DayArchive) -> Iterator[Payment]:
    return (
        payments_of(archive.organisation, archive.day).select_related("merchant")[:LIMIT].iterator()
    )


def _slip(archive: DayArchive, payment: Payment) -> SlipIssue:
    return issue_slip(
        payment,
        actor=_actor(archive),
        copy=SlipIssue.Copy.MERCHANT,
        channel=SlipIssue.Channel.ARCHIVE,
    )


def _draw(archive: DayArchive, end: float) -> bool:
    """Slip by slip from where the last turn stopped; True when all are there."""
    for place, payment in enumerate(list(_payments(archive)), 1):
        if place <= archive.done:
            continue
        if time.monotonic() > end:
            return False
        _slip(archive, payment)
        archive.done = place
        if place % 5 == 0:
            _alive(archive)
    _alive(archive)
    return True


def _pack(archive: DayArchive) -> None:
    with tempfile.TemporaryFile() as file:
        number = 0
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:  # a PDF is packed already
            for number, (name, issue) in enumerate(_entries(archive), 1):
                at = timezone.localtime(issue.issued_at).timetuple()[:6]
                packed.writestr(zipfile.ZipInfo(name, at), read(issue))
                if number % 50 == 0:
                    _alive(archive)
            if copy := audit.outside_copy("archive", str(archive.pk)):
                packed.writestr(f"{archive_name(archive)}/{CHECKPOINT}", copy)
        size = file.tell()
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        name = f"archives/{archive.day:%Y/%m}/{archive.pk}-{sha256[:12]}.zip"
        stored = default_storage.save(name, File(file))
    try:
        _finish(archive, stored, number, size, sha256)
    except BaseException:
        _remove(stored)
        raise


def _entries(archive: DayArchive) -> Iterator[tuple[str, SlipIssue]]:
    """小票-半山听雨-2026-11-23/0001 14.05 386.50 尾号7712.pdf; of several shops, a folder each."""
    payments = list(_payments(archive))
    several = len({payment.merchant_id for payment in payments}) > 1
    top = f"{archive_name(archive)}/"
    for number, payment in enumerate(payments, 1):
        issue = _slip(archive, payment)
        shop = safe_in_names(payment.merchant.name) or payment.merchant.merchant_no
        at = timezone.localtime(payment.occurred_at)
        amount = money.digits(payment.amount_minor, payment.currency).replace(",", "")
        tail = f" 尾号{payment.card_tail}" if payment.card_tail else ""
        folder = f"{top}{shop}/" if several else top
        yield f"{folder}{number:04} {at:%H.%M} {amount}{tail}.pdf", issue


def archive_name(archive: DayArchive) -> str:
    name = safe_in_names(archive.organisation.name)
    return "-".join(part for part in ("小票", name, archive.day.isoformat()) if part)


@transaction.atomic
def _finish(archive: DayArchive, stored: str, number: int, size: int, sha256: str) -> None:
    now = timezone.now()
    ours = DayArchive.objects.filter(pk=archive.pk, holder=archive.holder)
    if not ours.update(
        state=DayArchive.State.READY,
        file=stored,
        total=number,
        done=number,
        size=size,
        sha256=sha256,
        holder="",
        due_at=now + KEPT,
    ):
        raise _Lost
    audit.record(
        f"archive:{archive.pk}",
        "archive.ready",
        actor=_actor(archive),
        after={"slips": number, "sha256": sha256},
        at=now,
    )


def _alive(archive: DayArchive) -> None:
    ours = DayArchive.objects.filter(pk=archive.pk, holder=archive.holder)
    if not ours.update(due_at=timezone.now() + HELD, done=archive.done):
        raise _Lost


def _give_back(archive: DayArchive) -> None:
    """The next turn comes at once, behind whatever waits in the queue."""
    ours = DayArchive.objects.filter(pk=archive.pk, holder=archive.holder)
    ours.update(holder="", due_at=timezone.now(), done=archive.done)
    post.hint("receipts.tasks.make_archive", str(archive.pk))


def _failed(archive: DayArchive) -> None:
    seconds = min(20 * 2**archive.failures, 3600)
    given_up = archive.failures + 1 >= ATTEMPTS
    DayArchive.objects.filter(pk=archive.pk, holder=archive.holder).update(
        state=DayArchive.State.ENDED if given_up else DayArchive.State.WAITING,
        holder="",
        done=archive.done,
        failures=F("failures") + 1,
        due_at=timezone.now() + timedelta(seconds=seconds),
    )


def _end(archive: DayArchive) -> None:
    """The row stays and tells of it; the file goes."""
    live = DayArchive.objects.filter(pk=archive.pk, state=archive.state)
    if live.update(state=DayArchive.State.ENDED, file="") and archive.file:
        name = str(archive.file.name)
        transaction.on_commit(lambda: _remove(name))


def _remove(name: str) -> None:
    try:
        default_storage.delete(name)
    except Exception as error:
        log.warning("archive_file_left", error=type(error).__name__)
