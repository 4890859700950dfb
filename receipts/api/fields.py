"""The fields of a payment in the feed, as JSON Schema; names and words of the canonical format."""

from receipts.api import feed
from receipts.imports import formats

SAID = {
    "kind": "What happened; `sale` where nothing is said. `void`, `refund` and `auth_cancel` name "
    "their original in the `original_…` fields.",
    "status": "`settled` where nothing is said.",
    "source": "Who numbered `source_id`; `acquirer` where nothing is said. Use the word that your "
    "files use, so that both tell of one payment.",
    "source_id": "The source's own number of the payment. Decides, where it is there, whether two "
    "rows are one payment.",
    "merchant_no": "Merchant number, up to 15 characters. Required.",
    "terminal_no": "Terminal number, up to 8 characters. With batch and voucher it identifies a "
    "payment that has no `source_id`.",
    "card_tail": "The last four digits of the card. Anything longer is cut to them as it is read.",
    "wallet_tail": "The last four digits of the number of the card in a phone.",
    "date_time": "Local time of the terminal (Asia/Shanghai), `2026-11-20 14:05:33`, or with a "
    "zone as RFC 3339 has it. Required, unless `date` and `time` are there.",
    "date": "Local date, `2026-11-20`.",
    "time": "Local time, `14:05:33`.",
    "amount": "In yuan, `386.50`. A number is read as it is written, never as binary fraction. "
    "Required.",
    "authorised_amount": "In yuan, where it differs from the amount.",
    "tip": "In yuan, part of the amount.",
    "refunded_amount": "In yuan; with `status` `partly_refunded`.",
    "currency": "ISO 4217; `CNY` where nothing is said.",
    "settled_on": "Date of settlement.",
    "batch_no": "Batch number, 6 digits.",
    "voucher_no": "Voucher (trace) number, 6 digits.",
    "rrn": "Retrieval reference number, 12 digits.",
    "order_no": "Order number of the wallet.",
    "no_pin_no_signature": "Whether neither PIN nor signature was asked for.",
    "slip_printed": "Whether the terminal printed the slip; `unknown` where nothing is said.",
    "slip_cause": "Why it did not.",
    "original_source_id": "`source_id` of the payment that is taken back.",
    "original_batch_no": "Batch of the payment that is taken back.",
    "original_voucher_no": "Voucher of the payment that is taken back.",
    "original_rrn": "Reference of the payment that is taken back; with `original_date`.",
    "original_date": "Local date of the payment that is taken back.",
}


def schema() -> dict:
    """A loose schema on purpose: what cannot be read is put aside with a reason, item by item."""
    words = formats.get("canonical").words
    properties: dict[str, dict] = {}
    for name, field in feed.fields().items():
        known = list(dict.fromkeys(words.get(field, {}).values()))
        said = [SAID.get(name, "")]
        if known and field != "no_pin_no_signature":
            said.append(f"One of {', '.join(f'`{word}`' for word in known)}.")
        properties[name] = {"type": ["string", "number", "boolean", "null"]}
        if text := " ".join(filter(None, said)):
            properties[name]["description"] = text
    return {
        "type": "object",
        "description": "One payment or reversal. Fields of other names are not read.",
        "properties": properties,
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    }
