"""The case of a track: the customer's where somebody asked already, else one of its own."""

import uuid

from disputes import assigning, moment, numbers, policy, wording
from disputes.actions.step import place, system_line
from disputes.models import Case
from disputes.models.case import ContactKind, Kind
from disputes.policy.parties import active_organisation
from portal import audit
from portal.accounts.actor import Actor
from receipts.models import Payment


def open_one(payment: Payment, actor: Actor) -> Case:
    """In the transaction that begins the track. Nobody asked, so nobody is promised an answer: it
    has no clock of its own, the track's last moments are its deadlines."""
    now = moment.now()
    number = numbers.next_number(now)
    organisation = active_organisation(payment.merchant)
    stage = policy.first_stage(Kind.NETWORK, "", organisation is not None)
    case = Case.objects.create(
        number=number,
        kind=Kind.NETWORK,
        stage=stage,
        status=policy.OPENING[stage].status,
        policy=policy.current_version(),
        payment=payment,
        merchant=payment.merchant,
        organisation=organisation,
        contact_kind=ContactKind.EMAIL,
        contact="",
        contact_hash=f"network:{number}",  # nobody's: like no other case's
        opened_at=now,
        submission_key=uuid.uuid4(),
    )
    wording.note_case(case)
    system_line(case, "network_opened")
    audit.record(
        case.subject,
        "case.opened",
        actor=actor,
        after={
            **place(case),
            "kind": case.kind,
            "policy": case.policy.number,
            "payment": str(payment.pk),
            "merchant_no": payment.merchant.merchant_no,
        },
        at=now,
    )
    assigning.by_rule(case)
    return case
