from receipts.models.imports import ImportFile, PutAside, WaitingKey
from receipts.models.merchant import Merchant, Terminal
from receipts.models.payment import Payment, PaymentHistory, Reversal
from receipts.models.slip import SlipIssue

__all__ = [
    "ImportFile",
    "Merchant",
    "Payment",
    "PaymentHistory",
    "PutAside",
    "Reversal",
    "SlipIssue",
    "Terminal",
    "WaitingKey",
]
