from disputes.models.after import ActionItem, Suggestion, SurveyAnswer
from disputes.models.canned import CannedReply
from disputes.models.case import Case, Draft
from disputes.models.clock import ClockEvent
from disputes.models.difference import SettledDifference
from disputes.models.extension import Extension
from disputes.models.in_app import InAppNotice
from disputes.models.message import Message
from disputes.models.money_back import MoneyBack
from disputes.models.network import (
    NetworkDispute,
    NetworkEvidence,
    NetworkStep,
    NetworkWord,
    SignedSlip,
)
from disputes.models.network_notice import NetworkFile, NetworkNotice
from disputes.models.number import NumberSeries
from disputes.models.offer import Offer
from disputes.models.policy import PolicyVersion
from disputes.models.refund import Refund
from disputes.models.saved_view import SavedView
from disputes.models.turn import Turn
from disputes.models.upward import AddressBook, CaseFile, UpwardEntry
from disputes.models.writing import Writing

__all__ = [
    "ActionItem",
    "AddressBook",
    "CannedReply",
    "Case",
    "CaseFile",
    "ClockEvent",
    "Draft",
    "Extension",
    "InAppNotice",
    "Message",
    "MoneyBack",
    "NetworkDispute",
    "NetworkEvidence",
    "NetworkFile",
    "NetworkNotice",
    "NetworkStep",
    "NetworkWord",
    "NumberSeries",
    "Offer",
    "PolicyVersion",
    "Refund",
    "SavedView",
    "SettledDifference",
    "SignedSlip",
    "Suggestion",
    "SurveyAnswer",
    "Turn",
    "UpwardEntry",
    "Writing",
]
