"""What can be done to a case, one verb a module. Each checks the policy, locks the case, changes
it, writes the trail and the outbox, in one transaction; refused, it changes nothing.
"""

from disputes.actions.add_note import add_note
from disputes.actions.ask_consumer import ask_consumer
from disputes.actions.assign import assign
from disputes.actions.continue_case import continue_case
from disputes.actions.escalate import escalate
from disputes.actions.match_payment import match_payment
from disputes.actions.open_case import Claimed, Opened, open_case
from disputes.actions.reject import reject
from disputes.actions.reply import reply
from disputes.actions.resolve import resolve
from disputes.actions.withdraw import withdraw
from disputes.errors import AlreadyOpen, Invalid, NotAllowed, Refused, WrongState

__all__ = [
    "AlreadyOpen",
    "Claimed",
    "Invalid",
    "NotAllowed",
    "Opened",
    "Refused",
    "WrongState",
    "add_note",
    "ask_consumer",
    "assign",
    "continue_case",
    "escalate",
    "match_payment",
    "open_case",
    "reject",
    "reply",
    "resolve",
    "withdraw",
]
