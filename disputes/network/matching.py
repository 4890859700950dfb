"""Messages that wait for their payment: they ask, as the cases that wait do, so that a million new
payments need tell nobody, and a turn that is missed is made up for by the next."""

from disputes.actions.network_notices import retry_network_notice
from disputes.errors import Refused
from disputes.models import NetworkNotice
from portal.accounts.actor import Actor
from portal.one_by_one import one_by_one

AT_ONCE = 2_000
ACTOR = Actor.system("network")


def match_waiting() -> int:
    """How many found their payment. One that the rules refuse is a person's from now on."""
    waiting = NetworkNotice.objects.filter(state=NetworkNotice.State.WAITING).order_by("-pk")
    due = {notice.pk: notice for notice in waiting[:AT_ONCE]}
    return one_by_one(due, lambda pk: _match(due[pk]), "network_notice_failed", "notice")


def _match(notice: NetworkNotice) -> bool:
    try:
        return retry_network_notice(notice, actor=ACTOR) is not None
    except Refused:
        NetworkNotice.objects.filter(pk=notice.pk, state=NetworkNotice.State.WAITING).update(
            state=NetworkNotice.State.OPEN, reason="refused"
        )
        return False
