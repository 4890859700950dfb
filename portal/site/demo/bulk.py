"""`demo --rows N`: a database of any size to measure in, made in one transaction.

On PostgreSQL the rows come by COPY into the bare table: its indexes and foreign keys are taken away
before and put back, word for word, after, which is several times as quick as keeping them up, and
what stands at the end is checked whole. Interrupted, all is as it was.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.audit.models import Event
from portal.site.demo import many
from portal.site.demo.many import Many, Pools, Till
from portal.site.demo.month import ACTOR, SEED, SUBJECT, NotEmpty, is_ours
from portal.site.demo.shops import TRADES, shops
from receipts.models import ImportFile, Merchant, Payment, Terminal

MADE = "demo.rows_made"
ROWS_A_SHOP = 5_000
FIRST_SERIAL, LAST_SERIAL = 1_000, 9_999  # the sample month's own shops stand below
ROWS_A_DAY = 150_000  # above that more days, up to a year
TABLES = ("receipts_payment", "receipts_reversal", "receipts_paymenthistory")


def has_rows() -> bool:
    return Event.objects.filter(subject=SUBJECT, type=MADE).exists()


def _refuse_what_is_not_ours() -> None:
    if has_rows():
        raise NotEmpty(_("示例数据已经在了，未作改动。"))
    others = ImportFile.objects.exclude(started_by=ACTOR.id)
    strangers = Payment.objects.filter(import_file=None) if is_ours() else Payment.objects.all()
    if others.exists() or strangers.exists():
        raise NotEmpty(_("数据库里已有不是示例的数据，为免混在一起，没有写入示例。"))


def make_rows(
    rows: int,
    *,
    progress: Callable[[str], object] = lambda line: None,
    seed: int = SEED,
    days: int = 0,
    rows_a_shop: int = ROWS_A_SHOP,
) -> dict[str, float]:
    """Write `rows` payments, beside the sample month or without it; of the last `days`, or of as
    many as suit their number.

    {"payments", "merchants", "seconds"}. Raises NotEmpty, changing nothing, where there are
    payments that the sample data did not make, or these rows already.
    """
    _refuse_what_is_not_ours()
    began, rng, now = time.perf_counter(), random.Random(seed), timezone.now()
    with transaction.atomic():
        file = ImportFile.objects.create(
            name=f"{many.SOURCE} {rows}",
            format=many.SOURCE,
            sha256=f"{seed:064x}",
            size=0,
            started_by=ACTOR.id,
        )
        tills, shares = _tills(max(40, rows // rows_a_shop), rng)
        making = Many(tills, shares, rng, import_file_id=file.pk, now=f"{now:%Y-%m-%d %H:%M:%S}")
        days = days or min(365, max(31, rows // ROWS_A_DAY))
        updated = 0
        with _bare_tables():
            for made in making.days(timezone.localdate(now), days, rows):
                updated += len(made.reversals)
                _write("receipts_payment", many.COLUMNS, made.payments)
                _write("receipts_reversal", many.REVERSAL_COLUMNS, made.reversals)
                _write("receipts_paymenthistory", many.HISTORY_COLUMNS, made.history)
                progress(f"{making.number:,} / {rows:,}")
        file.read, file.created, file.updated = rows + updated, rows, updated
        file.state, file.finished_at = ImportFile.State.DONE, timezone.now()
        file.save()
        audit.record(SUBJECT, MADE, actor=ACTOR, after={"seed": seed, "rows": rows})
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    shops_made = len({till.merchant_id for till in tills})
    return {"payments": rows, "merchants": shops_made, "seconds": time.perf_counter() - began}


def _tills(count: int, rng: random.Random) -> tuple[list[Till], list[float]]:
    """Shops of which few have most of the custom, each with its terminals."""
    count = min(count, LAST_SERIAL - FIRST_SERIAL)
    kinds, pools = shops(), Pools(rng)
    of_shop = [kinds[number % len(kinds)] for number in range(count)]
    merchants = Merchant.objects.bulk_create(
        Merchant(
            merchant_no=f"898{kind.region}{TRADES[kind.trade].code}{FIRST_SERIAL + number:04d}",
            name=f"{kind.name} {number + 1}",
            name_en=f"{kind.name_en} {number + 1}",
            city=kind.city,
        )
        for number, kind in enumerate(of_shop)
    )
    terminals = Terminal.objects.bulk_create(
        Terminal(merchant=merchant, terminal_no=f"7{number:04d}{place:03d}")
        for number, (merchant, kind) in enumerate(zip(merchants, of_shop, strict=True))
        for place in range(kind.terminals)
    )
    kind_of = dict(zip((merchant.pk for merchant in merchants), of_shop, strict=True))
    tills: list[Till] = []
    custom: list[float] = []
    place = 0
    for number, terminal in enumerate(terminals):
        kind = kind_of[terminal.merchant_id]
        place = place + 1 if number and tills[-1].merchant_id == str(terminal.merchant_id) else 1
        tills.append(
            Till(
                merchant_id=str(terminal.merchant_id),
                terminal_id=str(terminal.pk),
                amounts=pools.amounts[kind.trade],
                seconds=pools.seconds[kind.trade],
                cards=TRADES[kind.trade].cards,
                batch=rng.randrange(100, 900),
                voucher=rng.randrange(1_000, 6_000),
            )
        )
        custom.append(kind.custom / place * rng.paretovariate(1.5))
    return tills, list(accumulate(custom))


def _write(table: str, columns: Sequence[str], rows: list[tuple]) -> None:
    if not rows:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = ["\t".join([r"\N" if text is None else text for text in row]) for row in rows]
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                copy.write("\n".join([*lines, ""]))
        else:
            marks = ", ".join("?" * len(columns))
            # Django's own wrapper would rewrite the placeholders of every row.
            cursor.connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                rows,
            )


@contextmanager
def _bare_tables() -> Iterator[None]:
    """Without what costs each row on PostgreSQL: every index but the primary keys, foreign keys."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        again = [*_take_away_foreign_keys(cursor), *_take_away_indexes(cursor)]
        yield
        for sql in reversed(again):
            cursor.execute(sql)


def _take_away_foreign_keys(cursor) -> list[str]:
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY conname
        """,
        [list(TABLES)],
    )
    found = cursor.fetchall()
    for table, name, _definition in found:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    return [f'ALTER TABLE {t} ADD CONSTRAINT "{n}" {definition}' for t, n, definition in found]


def _take_away_indexes(cursor) -> list[str]:
    """Those that no constraint of the catalogue stands on; the model's own unique ones are
    indexes."""
    cursor.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid::regclass::text = ANY(%s)
          AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = indexrelid)
        ORDER BY 1
        """,
        [list(TABLES)],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]
