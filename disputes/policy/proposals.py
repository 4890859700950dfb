"""Who may not touch the proposal that waits, though their role may: the same pair of eyes, and the
shop where the institution proposed."""

from disputes.models import refund
from portal.accounts.models import MERCHANT_ROLES


def waiting(case) -> "refund.Refund | None":
    if case.refund_waits not in {"proposed", "network"}:
        return None
    proposals = refund.Refund.objects.filter(case=case, state=refund.Refund.State.PROPOSED)
    return proposals.select_related("proposed_by", "payment").first()


def is_barred(case, actor, verb: str) -> bool:
    proposal = waiting(case)
    if proposal is None or actor.user is None:
        return False
    if verb == "approve_refund":
        return is_same_person(proposal, actor)
    return actor.is_merchant and proposal.proposer_role not in MERCHANT_ROLES


def is_same_person(proposal, actor) -> bool:
    """As the accounts are now, or were when it was proposed."""
    return actor.is_one_with(proposal.proposed_by, proposal.proposer_person)
