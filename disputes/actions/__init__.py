"""What can be done to a case, one verb a module. Each checks the policy, locks the case, changes
it, writes the trail and the outbox, in one transaction; refused, it changes nothing.
"""

from disputes.actions.add_note import add_note
from disputes.actions.answer_network import answer_network
from disputes.actions.answer_survey import answer_survey
from disputes.actions.approve_refund import approve_refund, refuse_refund
from disputes.actions.ask_consumer import ask_consumer
from disputes.actions.assign import assign
from disputes.actions.canned import drop_reply, keep_reply
from disputes.actions.continue_case import continue_case
from disputes.actions.end_links import end_links
from disputes.actions.escalate import escalate
from disputes.actions.execute_refund import note_executed, note_not_executed
from disputes.actions.extend import approve_extension, ask_extension, refuse_extension
from disputes.actions.give_signed_slip import give_signed_slip
from disputes.actions.improve import finish_item, make_item, put_aside, suggest
from disputes.actions.issue_file import issue_file
from disputes.actions.keep_view import drop_view, keep_view
from disputes.actions.match_payment import match_payment
from disputes.actions.merge import merge, part
from disputes.actions.move_policy import move_policy
from disputes.actions.network_notices import (
    drop_network_notice,
    enter_network_message,
    retry_network_notice,
)
from disputes.actions.note_above import note_accepted, note_decision, note_reply, note_request
from disputes.actions.note_forwarded import note_forwarded
from disputes.actions.note_sent import answer_request, note_sent
from disputes.actions.offer import accept_offer, decline_offer, offer_refund
from disputes.actions.open_case import Claimed, Opened, open_case
from disputes.actions.propose_network import give_back, propose_network
from disputes.actions.propose_refund import edit_refund, propose_refund, withdraw_proposal
from disputes.actions.receive_network import receive_network
from disputes.actions.redo import finish_redo, link_redo
from disputes.actions.reject import reject
from disputes.actions.reply import reply
from disputes.actions.resolve import resolve
from disputes.actions.say_gone_up import say_gone_up
from disputes.actions.settle_card_kind import settle_card_kind
from disputes.actions.settle_difference import settle_difference
from disputes.actions.slip import accept_slip, reprint
from disputes.actions.take_file import take_file
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
    "accept_offer",
    "accept_slip",
    "add_note",
    "answer_network",
    "answer_request",
    "answer_survey",
    "approve_extension",
    "approve_refund",
    "ask_consumer",
    "ask_extension",
    "assign",
    "continue_case",
    "decline_offer",
    "drop_network_notice",
    "drop_reply",
    "drop_view",
    "edit_refund",
    "end_links",
    "enter_network_message",
    "escalate",
    "finish_item",
    "finish_redo",
    "give_back",
    "give_signed_slip",
    "issue_file",
    "keep_reply",
    "keep_view",
    "link_redo",
    "make_item",
    "match_payment",
    "merge",
    "move_policy",
    "note_accepted",
    "note_decision",
    "note_executed",
    "note_forwarded",
    "note_not_executed",
    "note_reply",
    "note_request",
    "note_sent",
    "offer_refund",
    "open_case",
    "part",
    "propose_network",
    "propose_refund",
    "put_aside",
    "receive_network",
    "refuse_extension",
    "refuse_refund",
    "reject",
    "reply",
    "reprint",
    "resolve",
    "retry_network_notice",
    "say_gone_up",
    "settle_card_kind",
    "settle_difference",
    "suggest",
    "take_file",
    "withdraw",
    "withdraw_proposal",
]
