"""The look-up's two questions as functions of PostgreSQL, each with one plan for all values:
otherwise each call is planned anew, which takes longer than finding. See receipts/lookup_sql.py.
"""

from django.db import migrations

MATCHES = """
CREATE FUNCTION look_up_matches(
    of_tail text, of_amount bigint, since timestamptz, until timestamptz
) RETURNS TABLE (
    id uuid, status text, auth_code text, rrn text, is_canary boolean,
    merchant_id bigint, merchant_name text, merchant_name_en text
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT p.id, p.status::text, p.auth_code::text, p.rrn::text, p.canary_at IS NOT NULL,
           p.merchant_id, m.name::text, m.name_en::text
    FROM receipts_payment p JOIN receipts_merchant m ON m.id = p.merchant_id
    WHERE ((p.card_tail = of_tail AND p.amount_minor = of_amount)
           OR (p.wallet_tail = of_tail AND NOT p.wallet_tail = '' AND p.amount_minor = of_amount)
           OR (p.authorised_minor = of_amount AND p.authorised_minor IS NOT NULL
               AND (p.card_tail = of_tail OR p.wallet_tail = of_tail)))
      AND p.occurred_at >= since AND p.occurred_at < until
    LIMIT 50;
END $$
"""
CROWD = """
CREATE FUNCTION look_up_crowd(
    of_amount bigint, since timestamptz, until timestamptz, at_merchant bigint, most bigint
) RETURNS bigint LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM (
            SELECT 1 FROM receipts_payment
            WHERE amount_minor = of_amount AND occurred_at >= since AND occurred_at < until
              AND (at_merchant IS NULL OR merchant_id = at_merchant)
            LIMIT most
        ) counted
    );
END $$
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MATCHES)
        schema_editor.execute(CROWD)


def take_away(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION look_up_matches, look_up_crowd")


class Migration(migrations.Migration):
    dependencies = [("receipts", "0014_staff_search_indexes")]

    operations = [migrations.RunPython(make, take_away)]
