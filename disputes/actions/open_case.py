import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from disputes import (
    assigning,
    case_links,
    clocks,
    messages_out,
    moment,
    numbers,
    policy,
    to_do,
    wording,
)
from disputes.actions import asked
from disputes.actions.asked import Claimed
from disputes.actions.attach import attach
from disputes.actions.step import place, say, system_line
from disputes.errors import AlreadyOpen, Invalid, NotAllowed
from disputes.meanwhile import already_used
from disputes.models import Case
from disputes.models.case import Stage
from disputes.models.message import Audience
from disputes.policy.parties import active_organisation
from portal import audit
from portal.accounts.actor import Actor
from portal.gate.codes import contact_hash
from portal.uploads.models import Upload
from receipts import slip_evidence
from receipts.models import Payment
from receipts.slip import drawing

__all__ = ["Claimed", "Opened", "open_case"]


@dataclass(frozen=True)
class Opened:
    """`link_token` opens the case (portal.gate.links.address); it is kept nowhere."""

    case: Case
    link_token: str
    created: bool


def open_case(
    *,
    kind: str,
    reason: str = "",
    payment: Payment | None = None,
    claimed: Claimed | None = None,
    requested_minor: int | None = None,
    body: str,
    uploads: Iterable[Upload] = (),
    contact_kind: str,
    contact: str,
    language: str,
    submission_key: uuid.UUID,
    actor: Actor,
    looks_again: bool = False,
) -> Opened:
    """A customer asks for something: the case begins at the merchant or the institution.

    `requested_minor` in fen, for a refund request; all that can go back when None. `looks_again`:
    the case may be answered by itself once its payment comes (disputes.looking_again). The same
    form sent again gives the first case and a fresh link. Raises Invalid with the field,
    AlreadyOpen where the same contact has an open case of this kind about this payment.
    """
    if not actor.is_consumer:
        raise NotAllowed()
    request = asked.check(
        kind=kind,
        reason=reason,
        payment=payment,
        claimed=claimed,
        requested_minor=requested_minor,
        body=body,
        contact_kind=contact_kind,
        contact=contact,
        language=language,
    )
    try:
        with transaction.atomic():
            # Locked before the key is looked up: of two at once the second must see the first.
            payment = payment and _locked(payment)
            return _earlier(request, submission_key) or _open(
                request, payment, list(uploads), submission_key, actor, looks_again
            )
    except IntegrityError:
        # The same form at the same moment, about no payment: the other one was first.
        with transaction.atomic():
            if first := _earlier(request, submission_key):
                return first
        raise


def _earlier(request: asked.Asked, submission_key: uuid.UUID) -> Opened | None:
    case = Case.objects.filter(submission_key=submission_key).first()
    if case is None:
        return None
    if case.contact_hash != contact_hash(request.contact) or case.kind != request.kind:
        raise Invalid("submission_key", already_used())
    return Opened(case, case_links.issue(case), created=False)


def _open(
    request: asked.Asked,
    payment: Payment | None,
    uploads: list[Upload],
    submission_key: uuid.UUID,
    actor: Actor,
    looks_again: bool,
) -> Opened:
    """`payment` is locked, so that what is refused or allowed here stays so until the end."""
    if payment is not None:
        _refuse_second(request, payment)
        request = asked.with_amount(request, payment)
    case = _create(request, payment, submission_key, looks_again)
    clocks.apply(case, "opened", starts=policy.opening_clocks(case.kind, case.stage, payment))
    files = attach(case, uploads)
    say(
        case,
        actor=actor,
        body=request.body,
        audience=Audience.ALL,
        uploads=files,
        event="opened",
        submission_key=submission_key,
    )
    case.save()
    wording.note_case(case)
    to_do.count_again(case.organisation_id)
    opening = policy.OPENING[Stage(case.stage)]
    system_line(case, opening.says)
    _record(case, request, payment, files, actor)
    if payment is not None and policy.of(case).says_no_slip:
        slip_evidence.record(payment, printed="no", known_from="complaint", actor=actor)
    if payment is not None and policy.of(case).slip_clock:
        drawing.ask_for(payment)
    token = case_links.issue(case)
    for notice in opening.tells:
        messages_out.tell(case, notice, submission_key.hex, token)
    assigning.by_rule(case)
    return Opened(case, token, created=True)


def _locked(payment: Payment) -> Payment:
    return (
        Payment.objects.select_for_update(of=("self",))
        .select_related("merchant__organisation")
        .get(pk=payment.pk)
    )


def _refuse_second(request: asked.Asked, payment: Payment) -> None:
    """One open case of a kind for each contact. Another contact may open its own: the three facts
    of a look-up are no secret, and nobody shall bar the holder by asking first, nor learn that
    somebody else asked.
    """
    first = (
        Case.objects.open()
        .filter(payment=payment, kind=request.kind, contact_hash=contact_hash(request.contact))
        .first()
    )
    if first is not None:
        raise AlreadyOpen(first)


def _create(
    request: asked.Asked, payment: Payment | None, submission_key: uuid.UUID, looks_again: bool
) -> Case:
    now = moment.now()
    merchant = payment.merchant if payment else None
    takes_part = policy.KINDS[request.kind].merchant_takes_part
    organisation = active_organisation(merchant) if takes_part else None
    stage = policy.first_stage(request.kind, request.reason, organisation is not None)
    opening, claimed = policy.OPENING[stage], request.claimed
    return Case.objects.create(
        number=numbers.next_number(now),
        kind=request.kind,
        reason=request.reason,
        stage=stage,
        status=opening.status,
        policy=policy.current_version(),
        payment=payment,
        merchant=merchant,
        organisation=organisation,
        requested_minor=request.requested_minor,
        claimed_tail=claimed.tail,
        claimed_minor=claimed.minor,
        claimed_at=claimed.at,
        claimed_merchant=claimed.merchant,
        looks_again=looks_again,
        contact_kind=request.contact_kind,
        contact=request.contact,
        contact_hash=contact_hash(request.contact),
        language=request.language,
        opened_at=now,
        submission_key=submission_key,
    )


def _record(case: Case, request: asked.Asked, payment, files: list[Upload], actor: Actor) -> None:
    personal = {"body": request.body, "contact": request.contact}
    if case.claimed_tail:
        personal["claimed_tail"] = case.claimed_tail
    audit.record(
        case.subject,
        "case.opened",
        actor=actor,
        after={
            **place(case),
            "kind": case.kind,
            "reason": case.reason,
            "policy": case.policy.number,
            "payment": str(payment.pk) if payment else "",
            "merchant_no": payment.merchant.merchant_no if payment else "",
            "requested_minor": case.requested_minor,
            "contact_kind": case.contact_kind,
            "files": [upload.sha256 for upload in files],
        },
        personal=personal,
        at=moment.now(),
    )
