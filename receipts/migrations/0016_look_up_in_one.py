"""The look-up's questions in one call: matches and crowd together, each by its index alone.

A UNION instead of one condition with OR: the bitmaps of three indexes and the join cost two thirds
of the function's time. Names are read only where one was typed. See receipts/lookup_sql.py.
"""

from importlib import import_module

from django.db import migrations

MATCHES = """
        SELECT p.id, p.status, p.auth_code, p.rrn, p.canary_at IS NOT NULL AS is_canary,
               p.merchant_id
        FROM receipts_payment p
        WHERE p.card_tail = of_tail AND p.amount_minor = of_amount
          AND p.occurred_at >= since AND p.occurred_at < until
        UNION ALL
        SELECT p.id, p.status, p.auth_code, p.rrn, p.canary_at IS NOT NULL, p.merchant_id
        FROM receipts_payment p
        WHERE p.wallet_tail = of_tail AND NOT p.wallet_tail = '' AND p.amount_minor = of_amount
          AND p.occurred_at >= since AND p.occurred_at < until
        UNION ALL
        SELECT p.id, p.status, p.auth_code, p.rrn, p.canary_at IS NOT NULL, p.merchant_id
        FROM receipts_payment p
        WHERE p.authorised_minor = of_amount AND p.authorised_minor IS NOT NULL
          AND (p.card_tail = of_tail OR p.wallet_tail = of_tail)
          AND p.occurred_at >= since AND p.occurred_at < until
"""
# Times come as seconds since 1970: numbers are what a driver hands over most quickly. The crowd is
# counted before anything is found, so that it costs the same whatever fits.
LOOK_UP = """
CREATE FUNCTION look_up(
    of_tail text, of_amount bigint, from_second bigint, to_second bigint,
    at_merchant boolean, most bigint
) RETURNS TABLE (
    id uuid, status text, auth_code text, rrn text, is_canary boolean,
    merchant_name text, merchant_name_en text, crowd bigint
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    since CONSTANT timestamptz := to_timestamp(from_second);
    until CONSTANT timestamptz := to_timestamp(to_second);
    of_all bigint;
BEGIN
    of_all := (
        SELECT count(*) FROM (
            SELECT 1 FROM receipts_payment p
            WHERE p.amount_minor = of_amount AND p.occurred_at >= since AND p.occurred_at < until
            LIMIT most
        ) first_ones
    );
    IF at_merchant THEN
        RETURN QUERY
        SELECT found.id, found.status::text, found.auth_code::text, found.rrn::text,
               found.is_canary, m.name::text, m.name_en::text, (
                   SELECT count(*) FROM (
                       SELECT 1 FROM receipts_payment p
                       WHERE p.amount_minor = of_amount
                         AND p.occurred_at >= since AND p.occurred_at < until
                         AND p.merchant_id = found.merchant_id
                       LIMIT most
                   ) first_ones
               )
        FROM (MATCHES) found JOIN receipts_merchant m ON m.id = found.merchant_id
        LIMIT 50;
    ELSE
        RETURN QUERY
        SELECT found.id, found.status::text, found.auth_code::text, found.rrn::text,
               found.is_canary, ''::text, ''::text, of_all
        FROM (MATCHES) found
        LIMIT 50;
    END IF;
END $$
""".replace("MATCHES", MATCHES)


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION look_up_matches, look_up_crowd")
        schema_editor.execute(LOOK_UP)


def take_away(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION look_up")
        before = import_module("receipts.migrations.0015_look_up_functions")
        schema_editor.execute(before.MATCHES)
        schema_editor.execute(before.CROWD)


class Migration(migrations.Migration):
    dependencies = [("receipts", "0015_look_up_functions")]

    operations = [migrations.RunPython(make, take_away)]
