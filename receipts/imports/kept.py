"""What was kept of a row that was put aside, as fields that may be corrected and read again.

A row that could not be read was kept as its file wrote it, by field. One that was read and then
refused by what is known, or that waits, was kept as it was staged; here it becomes the fields of
the canonical format again.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from portal import money
from receipts.imports import cells, formats
from receipts.imports.columns import CHIP
from receipts.imports.formats import FIELDS, Format
from receipts.imports.rows import RowReader
from receipts.models import MappingFile, PutAside

CANONICAL = "canonical"
# Without a mapping of their own: what a feed brings has the canonical format's fields.
_CANONICAL_TOO = frozenset({CANONICAL, "feed"})
_RENAMED = {
    "own_status": "status",
    "card_tail": "card",
    "wallet_tail": "device_card",
    "amount_minor": "amount",
    "authorised_minor": "authorised_amount",
    "tip_minor": "tip",
    "refunded_said_minor": "refunded_amount",
}
_NOTHING = {"tip": "0.00", "refunded_amount": "0.00", "instalments": "0", "slip_printed": "unknown"}
# Where a number that was cut out leaves a mark, the rest of it names nothing.
_CUT = ("****", "\N{REPLACEMENT CHARACTER}")
_FREE_WORDS = frozenset(
    {"merchant_name", "merchant_name_en", "city", "terminal_model", "terminal_software"}
    | {"issuer_name", "acquirer_name", "remarks", "app_label", "card", "device_card"}
)
# Fields that mean the same in whatever format they were written.
SAME_EVERYWHERE = _FREE_WORDS | (
    FIELDS
    - set(formats.WORDS)
    - {"date_time", "date", "time", "settled_on", "original_date", "currency"}
    - {"amount", "authorised_amount", "tip", "refunded_amount"}
)
ORDER = sorted(FIELDS)


def is_staged(row: Mapping[str, str]) -> bool:
    return "occurred_at" in row


def fields_of(put_aside: PutAside) -> dict[str, str]:
    """Field → text, in the notation of `format_name_of`."""
    row = put_aside.row
    if is_staged(row):
        return _from_staged(row)
    return {name: str(text) for name, text in row.items() if name in FIELDS and text}


def format_name_of(put_aside: PutAside) -> str:
    """The format whose notation the kept fields are in."""
    if is_staged(put_aside.row):
        return CANONICAL
    name = put_aside.read_as or put_aside.import_file.format
    return CANONICAL if name in _CANONICAL_TOO else name


def format_of(put_aside: PutAside) -> Format:
    """The format itself: the product's as it is now, an institution's own as it was when the row
    was read. Raises formats.FormatError where nothing is left of it.
    """
    if not is_staged(put_aside.row) and (mapping := _mapping_of(put_aside)):
        return formats.understood(mapping.text.encode(), mapping.name)
    return formats.get(format_name_of(put_aside))


def _mapping_of(put_aside: PutAside) -> MappingFile | None:
    if put_aside.read_as:
        return MappingFile.objects.filter(name=put_aside.read_as).order_by("-pk").first()
    return MappingFile.objects.filter(sha256=put_aside.import_file.format_sha256).first()


def keep(format: Format) -> None:
    """Keep the mapping file of a format that is not the product's own."""
    if not formats.is_shipped(format):
        facts = {"name": format.name, "text": format.text}
        MappingFile.objects.get_or_create(sha256=format.sha256, defaults=facts)


def _from_staged(row: Mapping[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    zone = formats.get(CANONICAL).zone
    for staged, text in row.items():
        name = _RENAMED.get(staged, staged)
        if staged.endswith("_minor") and text:
            text = money.digits(int(text), "CNY").replace(",", "")
        if name in FIELDS and staged != "status" and text not in {"", _NOTHING.get(name, "")}:
            fields[name] = text
    local = datetime.fromisoformat(row["occurred_at"]).replace(tzinfo=UTC).astimezone(zone)
    fields["date_time"] = f"{local:%Y-%m-%d %H:%M:%S}"
    if fields.get("no_pin_no_signature") == "0":
        del fields["no_pin_no_signature"]
    chip = json.loads(row.get("chip") or "{}")
    return fields | {name: text for name, text in chip.items() if name in CHIP}


def keepable(fields: Mapping[str, str], around: str = "") -> dict[str, str]:
    """What may be kept of fields that somebody typed."""
    names = list(fields)
    return cells.keepable(
        {name: at for at, name in enumerate(names)}, [fields[name] for name in names], around
    )


def was_cut(name: str, text: str) -> bool:
    """A number was cut out of this field when it was kept, so what is left names nothing."""
    return name not in _FREE_WORDS and any(mark in text for mark in _CUT)


def reader(format: Format, now: datetime) -> RowReader:
    """Reads records that have every field, in `ORDER`."""
    reader = RowReader(format, {name: at for at, name in enumerate(ORDER)}, now)
    reader.width = len(ORDER)
    return reader


def record(fields: Mapping[str, str]) -> list[str]:
    return [fields.get(name, "") for name in ORDER]
