"""The state that loads leave, as one comparable value: everything but ids and time stamps."""

from django.db.models import F

from receipts.models import (
    ImportFile,
    Merchant,
    Payment,
    PaymentHistory,
    PutAside,
    Reversal,
    Terminal,
    WaitingKey,
)

LEFT_OUT = {"id", "created_at", "updated_at", "import_file", "merchant", "terminal", "payment"}
SHOP = {"m": F("merchant__merchant_no"), "t": F("terminal__terminal_no")}
# A payment by itself: what its own columns say, for rows that hang on it.
PAYMENT = {
    "p": F("payment__voucher_no"),
    "pm": F("payment__merchant__merchant_no"),
    "pt": F("payment__terminal__terminal_no"),
    "pr": F("payment__rrn"),
    "ps": F("payment__source_id"),
}


def columns(model, *left_out: str) -> list[str]:
    return [f.name for f in model._meta.fields if f.name not in LEFT_OUT | set(left_out)]


def rows(queryset, *names: str, **named) -> list[str]:
    return sorted(map(repr, queryset.annotate(**named).values_list(*names, *named)))


def digest() -> dict[str, list[str]]:
    file = {"f": F("import_file__sha256")}
    return {
        "merchants": rows(Merchant.objects, "merchant_no", "name", "city", "origin"),
        "terminals": rows(Terminal.objects, "merchant__merchant_no", "terminal_no", "origin"),
        "payments": rows(Payment.objects, *columns(Payment), **SHOP, **file),
        "reversals": rows(Reversal.objects, *columns(Reversal), **PAYMENT, **file),
        "history": rows(PaymentHistory.objects, *columns(PaymentHistory, "at"), **PAYMENT, **file),
        "put aside": rows(
            PutAside.objects,
            *columns(PutAside, "solved_at"),
            **file,
        ),
        "waiting": rows(WaitingKey.objects, "key", "row__line"),
        "files": rows(ImportFile.objects, *columns(ImportFile, "started_at", "finished_at")),
    }


def what_is_true() -> dict[str, list[str]]:
    """What is known of the payments, whichever file told it first."""
    told = columns(Payment, "revision")
    return {
        "payments": rows(Payment.objects, *told, **SHOP),
        "reversals": rows(Reversal.objects, *columns(Reversal), **PAYMENT),
        "not read": rows(
            PutAside.objects.exclude(state="solved"), "import_file__name", "line", "reason", "state"
        ),
        "waiting": rows(WaitingKey.objects, "key"),
    }
