from disputes.models.case import Case, Draft
from disputes.models.clock import ClockEvent
from disputes.models.message import Message
from disputes.models.number import NumberSeries
from disputes.models.offer import Offer
from disputes.models.policy import PolicyVersion
from disputes.models.saved_view import SavedView

__all__ = [
    "Case",
    "ClockEvent",
    "Draft",
    "Message",
    "NumberSeries",
    "Offer",
    "PolicyVersion",
    "SavedView",
]
