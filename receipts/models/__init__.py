from receipts.models.imports import ImportFile, PutAside, WaitingKey
from receipts.models.merchant import Merchant, Terminal
from receipts.models.payment import Payment, PaymentHistory, Reversal
from receipts.models.slip import SlipIssue
from receipts.models.source import FileSource
from receipts.models.verification import WrongCodes

__all__ = [
    "FileSource",
    "ImportFile",
    "Merchant",
    "Payment",
    "PaymentHistory",
    "PutAside",
    "Reversal",
    "SlipIssue",
    "Terminal",
    "WaitingKey",
    "WrongCodes",
]
