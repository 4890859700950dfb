from receipts.models.drawing import SlipDrawing, SlipTrouble
from receipts.models.handing_over import CounterCode, DayArchive, SlipMail
from receipts.models.imports import ImportFile, MappingFile, PutAside, RowTry, WaitingKey
from receipts.models.merchant import Merchant, Terminal
from receipts.models.payment import Payment, PaymentHistory, Reversal
from receipts.models.signing import SigningCertificate
from receipts.models.slip import SlipIssue
from receipts.models.source import FileSource
from receipts.models.verification import WrongCodes

__all__ = [
    "CounterCode",
    "DayArchive",
    "FileSource",
    "ImportFile",
    "MappingFile",
    "Merchant",
    "Payment",
    "PaymentHistory",
    "PutAside",
    "Reversal",
    "RowTry",
    "SigningCertificate",
    "SlipDrawing",
    "SlipIssue",
    "SlipMail",
    "SlipTrouble",
    "Terminal",
    "WaitingKey",
    "WrongCodes",
]
