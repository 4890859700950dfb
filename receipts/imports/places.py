"""Merchants and terminals that a file names: found, or made and marked as from a file."""

from django.utils import timezone

from receipts import merchant_search
from receipts.imports import staging
from receipts.imports.columns import PLACE_NAMES
from receipts.models import Merchant

_NEW_MERCHANTS = """
    INSERT INTO receipts_merchant (merchant_no, name, name_en, city, origin, created_at)
    SELECT s.merchant_no, COALESCE(NULLIF(MAX(s.merchant_name), ''), s.merchant_no),
           MAX(s.merchant_name_en), MAX(s.city), 'file', %s
    FROM staged_shop s
    WHERE NOT EXISTS (SELECT 1 FROM receipts_merchant m WHERE m.merchant_no = s.merchant_no)
    GROUP BY s.merchant_no ORDER BY s.merchant_no
    RETURNING id
"""
# A merchant that only files have told of is completed by them; a registered one is not theirs.
_KNOWN_MERCHANTS = """
    UPDATE receipts_merchant SET
        name = CASE WHEN receipts_merchant.name = receipts_merchant.merchant_no
                    AND s.merchant_name <> '' THEN s.merchant_name ELSE receipts_merchant.name END,
        name_en = COALESCE(NULLIF(receipts_merchant.name_en, ''), s.merchant_name_en),
        city = COALESCE(NULLIF(receipts_merchant.city, ''), s.city)
    FROM (SELECT merchant_no, MAX(merchant_name) AS merchant_name,
                 MAX(merchant_name_en) AS merchant_name_en, MAX(city) AS city
          FROM staged_shop GROUP BY merchant_no) s
    WHERE receipts_merchant.merchant_no = s.merchant_no AND receipts_merchant.origin = 'file'
      AND ((receipts_merchant.name = receipts_merchant.merchant_no
            AND s.merchant_name NOT IN ('', receipts_merchant.merchant_no))
           OR (receipts_merchant.name_en = '' AND s.merchant_name_en <> '')
           OR (receipts_merchant.city = '' AND s.city <> ''))
    RETURNING id
"""
_NEW_TERMINALS = """
    INSERT INTO receipts_terminal
        (merchant_id, terminal_no, label, model, software_version, origin, created_at)
    SELECT m.id, s.terminal_no, '', MAX(s.terminal_model), MAX(s.terminal_software), 'file', %s
    FROM staged_shop s JOIN receipts_merchant m ON m.merchant_no = s.merchant_no
    WHERE s.terminal_no <> '' AND NOT EXISTS (
        SELECT 1 FROM receipts_terminal t
        WHERE t.merchant_id = m.id AND t.terminal_no = s.terminal_no)
    GROUP BY m.id, s.terminal_no ORDER BY m.id, s.terminal_no
"""
_KNOWN_TERMINALS = """
    UPDATE receipts_terminal SET
        model = COALESCE(NULLIF(receipts_terminal.model, ''), s.terminal_model),
        software_version =
            COALESCE(NULLIF(receipts_terminal.software_version, ''), s.terminal_software)
    FROM staged_shop s JOIN receipts_merchant m ON m.merchant_no = s.merchant_no
    WHERE receipts_terminal.merchant_id = m.id AND receipts_terminal.terminal_no = s.terminal_no
      AND ((receipts_terminal.model = '' AND s.terminal_model <> '')
           OR (receipts_terminal.software_version = '' AND s.terminal_software <> ''))
"""
_FOUND = """
    SELECT s.merchant_no, s.terminal_no, m.id, t.id
    FROM staged_shop s JOIN receipts_merchant m ON m.merchant_no = s.merchant_no
    LEFT JOIN receipts_terminal t ON t.merchant_id = m.id AND t.terminal_no = s.terminal_no
"""


def _ids(cursor, sql: str, given: list) -> list[int]:
    cursor.execute(sql, given)
    return [row[0] for row in cursor.fetchall()]


def _keep_in_step(made: list[int], completed: list[int]) -> None:
    """The words that these merchants are found by, in the transaction that brought them."""
    if made:
        new = Merchant.objects.filter(pk__in=made)
        merchant_search.keep_in_step(new, are_new=True)
    if completed:
        merchant_search.keep_in_step(Merchant.objects.filter(pk__in=completed))


def resolve(cursor, places: list[dict[str, str]]) -> list[tuple[int, int | None]]:
    """(merchant id, terminal id or None) for each place; also laid out in `staged_place`."""
    staging.empty(cursor, "staged_shop", "staged_place")
    staging.fill(cursor, "staged_shop", [[place[n] for n in PLACE_NAMES] for place in places])
    now = timezone.now()
    made = _ids(cursor, _NEW_MERCHANTS, [now])
    _keep_in_step(made, _ids(cursor, _KNOWN_MERCHANTS, []))
    cursor.execute(_NEW_TERMINALS, [now])
    cursor.execute(_KNOWN_TERMINALS)
    cursor.execute(_FOUND)
    found = {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}
    resolved = [found[place["merchant_no"], place["terminal_no"]] for place in places]
    rows = [(number, *ids) for number, ids in enumerate(resolved)]
    staging.fill(cursor, "staged_place", rows)
    return resolved
