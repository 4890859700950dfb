"""Issuing a slip: once for payment × form × copy × language × state of the payment, then found
again byte for byte. An issue is a row and a file; neither ever changes.
"""

import hashlib
import hmac
from contextlib import suppress

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Max, Min
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.institution import own_name
from receipts.models import Payment, SlipDrawing, SlipIssue
from receipts.models.payment import SlipPrinted
from receipts.slip import codes, drawing, trouble
from receipts.slip.content import Copy
from receipts.slip.data import shown
from receipts.slip.errors import SlipFileLost, SlipNotReady
from receipts.slip.forms import FORMS

log = structlog.get_logger(__name__)

# The bytes, once read and checked, stay with the row for this request.
CONTENT = "_content"
SAID = "_said"  # and so does what it says of itself
# How often an issue may be overtaken before we give up: each time the payment changed or another
# copy took the number.
ATTEMPTS = 5


class _Overtaken(Exception):
    """The payment changed, or another issue took the number, while this one was being drawn."""


def issue_slip(
    payment: Payment,
    *,
    actor: Actor,
    copy: str = SlipIssue.Copy.CARDHOLDER,
    form: str = SlipIssue.Form.MM80,
    channel: str = SlipIssue.Channel.PAGE,
) -> SlipIssue:
    """The issue of `payment`'s slip in its present state: the one there is, else a new one.

    Drawing happens outside the transaction and by one at a time: who comes meanwhile waits and
    gets the same issue. A stored file that is lost or altered leads to a new issue that bears the
    duplicate mark. Raises SlipNotReady when nothing can be drawn, stored or read; operations have
    been told then, and the worker tries again. Not to be called inside a transaction.
    """
    wanted = {"form": form, "copy": copy, "language": SlipIssue.LANGUAGE}
    payment = _fresh(payment)
    turn = None
    try:
        issue = _current(payment, wanted)
        if issue is not None and _is_sound(issue, actor):
            return issue
        turn = drawing.take(payment, wanted)
        return _in_turn(payment, turn, wanted, actor=actor, channel=channel)
    except drawing.StillDrawn as error:
        raise SlipNotReady from error
    except Exception as error:
        trouble.tell(payment, actor, error, "slip_not_ready")
        if turn is not None:
            _note_failure(turn)
        raise SlipNotReady from error


def _in_turn(
    payment: Payment, turn: SlipDrawing, wanted: dict, *, actor: Actor, channel: str
) -> SlipIssue:
    for attempt in range(ATTEMPTS):
        if attempt:
            payment = _fresh(payment)
        issue = _current(payment, wanted)  # whose turn was before ours may have made it
        if issue is not None and _is_sound(issue, actor):
            drawing.give_back(turn)
            return issue
        try:
            return _make(payment, wanted, after=issue, actor=actor, channel=channel, turn=turn)
        except _Overtaken:
            continue
    raise _Overtaken


def _note_failure(turn: SlipDrawing) -> None:
    with suppress(DatabaseError):  # the turn ends by itself, and the log has the cause
        drawing.failed(turn)


def read(issue: SlipIssue) -> bytes:
    """The bytes as issued. Raises SlipFileLost when they are gone or were altered, SlipNotReady
    while the storage does not answer."""
    if (content := issue.__dict__.get(CONTENT)) is not None:
        return content
    try:
        with issue.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise SlipFileLost(issue.file.name) from error
    except Exception as error:  # each kind of storage has its own ways of being away
        raise SlipNotReady(issue.file.name) from error
    if not hmac.compare_digest(hashlib.sha256(content).hexdigest(), issue.sha256):
        raise SlipFileLost(issue.file.name)
    issue.__dict__[CONTENT] = content
    return content


def _fresh(payment: Payment) -> Payment:
    """As the database has it now, with all that a slip tells."""
    return (
        Payment.objects.select_related("merchant", "terminal")
        .prefetch_related("reversals")
        .get(pk=payment.pk)
    )


def _current(payment: Payment, wanted: dict) -> SlipIssue | None:
    issue = (
        SlipIssue.objects.filter(payment=payment, payment_revision=payment.revision, **wanted)
        .order_by("-repeat")
        .first()
    )
    if issue is not None:
        issue.payment = payment
    return issue


def _is_sound(issue: SlipIssue, actor: Actor) -> bool:
    """Storage that is away is not a lost file: then nothing is made anew."""
    try:
        read(issue)
    except SlipFileLost as error:
        trouble.tell(issue.payment, actor, error, "slip_file_lost")
        return False
    return True


def _make(
    payment: Payment,
    wanted: dict,
    *,
    after: SlipIssue | None,
    actor: Actor,
    channel: str,
    turn: SlipDrawing,
) -> SlipIssue:
    form = FORMS[wanted["form"]]
    before = payment.slip_issues.aggregate(last=Max("number"), first=Min("issued_at"))
    now = timezone.now()
    repeat = after.repeat + 1 if after else 0
    copy = Copy(
        number=(before["last"] or 0) + 1,
        copy=wanted["copy"],
        duplicate=repeat > 0 or payment.slip_printed == SlipPrinted.YES,
        issued_at=now,
        first_issued_at=before["first"] or now,
        institution=own_name(),
        code=codes.new(),
    )
    content = form.draw(payment, copy)
    sha256 = hashlib.sha256(content).hexdigest()
    name = _store(payment, copy, content, sha256, form.ending)
    try:
        with transaction.atomic():
            _refuse_if_changed(payment)
            issue = SlipIssue.objects.create(
                payment=payment,
                number=copy.number,
                payment_revision=payment.revision,
                repeat=repeat,
                duplicate=copy.duplicate,
                file=name,
                sha256=sha256,
                size=len(content),
                code=copy.code,
                shown=shown(payment),
                channel=channel,
                requested_by=actor.id,
                issued_at=now,
                **wanted,
            )
            audit.record(
                f"payment:{payment.pk}",
                "payment.slip_issued",
                actor=actor,
                after={
                    "number": copy.number,
                    "payment_revision": payment.revision,
                    "repeat": repeat,
                    "duplicate": copy.duplicate,
                    "sha256": sha256,
                    "channel": str(channel),
                    **{key: str(value) for key, value in wanted.items()},
                },
                at=now,
            )
            drawing.done(turn)
    except BaseException as error:
        _take_away(name)
        if isinstance(error, IntegrityError):
            raise _Overtaken from error
        raise
    issue.__dict__[CONTENT], issue.__dict__[SAID] = content, copy
    return issue


def copy_of(issue: SlipIssue) -> Copy:
    """What an issue said of itself: for showing it in another way than its file."""
    if (said := issue.__dict__.get(SAID)) is not None:
        return said
    first = issue.payment.slip_issues.aggregate(at=Min("issued_at"))["at"]
    return Copy(
        number=issue.number,
        copy=issue.copy,
        duplicate=issue.duplicate,
        issued_at=issue.issued_at,
        first_issued_at=first,
        institution=own_name(),
        code=issue.code or "",
    )


def _store(payment: Payment, copy: Copy, content: bytes, sha256: str, ending: str) -> str:
    name = f"slips/{copy.issued_at:%Y/%m}/{payment.pk}-{copy.number}-{sha256[:12]}.{ending}"
    try:
        return default_storage.save(name, ContentFile(content))
    except Exception:
        _take_away(name)  # a full disk leaves half a file
        raise


def _take_away(name: str) -> None:
    """The file of an issue that did not come about; one that stays is only rubbish."""
    try:
        default_storage.delete(name)
    except Exception as error:
        log.warning("slip_file_left", error=type(error).__name__)


def _refuse_if_changed(payment: Payment) -> None:
    """Nobody changes the payment between the drawing and the row that tells of it."""
    locked = Payment.objects.select_for_update().only("revision").get(pk=payment.pk)
    if locked.revision != payment.revision:
        raise _Overtaken
