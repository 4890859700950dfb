"""Issuing a slip: once for payment × form × copy × language × state of the payment, then found
again byte for byte. An issue is a row and a file; neither ever changes.
"""

import hashlib
import hmac
from datetime import timedelta

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.audit.models import Event
from receipts.models import Payment, SlipIssue
from receipts.models.payment import SlipPrinted
from receipts.slip import codes
from receipts.slip.content import Copy, slip_content
from receipts.slip.data import shown

log = structlog.get_logger(__name__)

# A slip is Chinese with English titles whatever language its reader has chosen for the pages;
# switching that must not number a second issue.
LANGUAGE = "zh-hans"
# The bytes, once read and checked, stay with the row for this request.
CONTENT = "_content"
# How often two requests may collide on one number before we give up; each collision means that
# the other one got through.
ATTEMPTS = 5
# A page that refreshes itself must not fill the trail: one event in this time.
FAILURE_TOLD_EVERY = timedelta(hours=1)


class SlipNotReady(Exception):
    """The slip could not be made now; the payment's facts are not touched by that."""


class SlipFileLost(Exception):
    """The stored file of an issue is gone, or is not the file that was issued."""


class _Overtaken(Exception):
    """The payment changed, or another issue took the number, while this one was being drawn."""


def issue_slip(
    payment: Payment,
    *,
    actor: Actor,
    copy: str = SlipIssue.Copy.CARDHOLDER,
    form: str = SlipIssue.Form.MM80,
) -> SlipIssue:
    """The issue of `payment`'s slip in its present state: the one there is, else a new one.

    Drawing happens outside the transaction; of two requests at the same time one wins the unique
    row and the other takes it. A stored file that is lost or altered leads to a new issue that
    bears the duplicate mark. Raises SlipNotReady when nothing can be drawn or stored.
    """
    wanted = {"form": form, "copy": copy, "language": LANGUAGE}
    for _attempt in range(ATTEMPTS):
        payment = _fresh(payment)
        issue = _current(payment, wanted)
        if issue is not None and _is_sound(issue):
            return issue
        try:
            return _make(payment, wanted, after=issue, actor=actor)
        except _Overtaken:
            continue
        except Exception as error:
            _tell(payment, actor, error)
            raise SlipNotReady from error
    _tell(payment, actor, _Overtaken())
    raise SlipNotReady


def read(issue: SlipIssue) -> bytes:
    """The bytes as issued. Raises SlipFileLost when they are gone or were altered."""
    if (content := issue.__dict__.get(CONTENT)) is not None:
        return content
    try:
        with issue.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise SlipFileLost(issue.file.name) from error
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


def _is_sound(issue: SlipIssue) -> bool:
    try:
        read(issue)
    except SlipFileLost:
        log.error("slip_file_lost", issue=issue.pk, payment=str(issue.payment_id))
        return False
    except OSError as error:  # storage away for the moment: the issue stands, it is not remade
        raise SlipNotReady from error
    return True


def _make(payment: Payment, wanted: dict, *, after: SlipIssue | None, actor: Actor) -> SlipIssue:
    # WeasyPrint takes a second to load: a start or a command that issues nothing need not wait.
    from receipts.slip.pdf import slip_pdf

    before = payment.slip_issues.aggregate(last=Max("number"), first=Min("issued_at"))
    now = timezone.now()
    repeat = after.repeat + 1 if after else 0
    copy = Copy(
        number=(before["last"] or 0) + 1,
        copy=wanted["copy"],
        duplicate=repeat > 0 or payment.slip_printed == SlipPrinted.YES,
        issued_at=now,
        first_issued_at=before["first"] or now,
        institution=institution_name(),
        code=codes.new(),
    )
    content = slip_pdf(
        slip_content(payment, copy), institution=copy.institution, form=wanted["form"]
    )
    sha256 = hashlib.sha256(content).hexdigest()
    name = default_storage.save(
        f"slips/{now:%Y/%m}/{payment.pk}-{copy.number}-{sha256[:12]}.pdf", ContentFile(content)
    )
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
                    **{key: str(value) for key, value in wanted.items()},
                },
                at=now,
            )
    except BaseException as error:
        default_storage.delete(name)
        if isinstance(error, IntegrityError):
            raise _Overtaken from error
        raise
    issue.__dict__[CONTENT] = content
    return issue


def _refuse_if_changed(payment: Payment) -> None:
    """Nobody changes the payment between the drawing and the row that tells of it."""
    locked = Payment.objects.select_for_update().only("revision").get(pk=payment.pk)
    if locked.revision != payment.revision:
        raise _Overtaken


def institution_name() -> str:
    """Whose portal this is, as slips name it; "" before it is set up."""
    row = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTION).first()
    return row.name if row else ""


def _tell(payment: Payment, actor: Actor, error: Exception) -> None:
    """The alert: a line in the log each time, an event in the trail once an hour."""
    log.error("slip_not_ready", payment=str(payment.pk), error=type(error).__name__)
    subject, type_ = f"payment:{payment.pk}", "payment.slip_not_ready"
    since = timezone.now() - FAILURE_TOLD_EVERY
    if Event.objects.filter(subject=subject, type=type_, at__gt=since).exists():
        return
    with transaction.atomic():
        audit.record(subject, type_, actor=actor, after={"error": type(error).__name__})
