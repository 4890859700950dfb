"""Payments from a canonical file, held against the database's own quickest way in.

On PostgreSQL the floor is one COPY of the already parsed rows into the same indexed table, on
SQLite a bare executemany; both in the same run, into the same empty table. A ratio of 0.40 says
that reading, checking, finding what is there and writing take two and a half times the writing.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figures import Figure

ROWS = {"small": 100_000, "full": 1_000_000}
HEADER = (
    "source_id,merchant_no,merchant_name,terminal_no,date,time,amount,card_tail,card_kind,"
    "issuer_name,entry_mode,batch_no,voucher_no,rrn,auth_code,settled_on,remarks"
)
SHOPS = [(f"8985210581200{n:02}", f"样品店 {n}") for n in range(40)]
BANKS = ["江南银行", "长河银行", "海岸银行", "山城银行"]


def write_file(path: Path, rows: int, seed: int = 1) -> None:
    """A believable month: 40 shops, 120 terminals, price points, vouchers counting up by batch."""
    chance = random.Random(seed)
    start = datetime(2026, 10, 20, 1, tzinfo=UTC)
    step = timedelta(days=30) / rows
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        lines = []
        for number in range(rows):
            shop, name = SHOPS[number % 40]
            terminal = f"{number % 120:08}"
            of_terminal = number // 120
            at = start + step * number
            fen = chance.choice((chance.randrange(100, 90_000), 1000, 1500, 3880, 9900))
            lines.append(
                f"T{number:015},{shop},{name},{terminal},{at:%Y-%m-%d,%H:%M:%S},"
                f"{fen // 100}.{fen % 100:02},{chance.randrange(10_000):04},debit,"
                f"{BANKS[number % 4]},C,{of_terminal // 900 + 1:06},{of_terminal % 900 + 1:06},"
                f"{at:%m%d}{number % 100_000_000:08},{chance.randrange(10**6):06},"
                f"{at + timedelta(days=1):%Y-%m-%d},{'桌号 ' + str(number % 50)}"
            )
            if len(lines) == 10_000:
                file.write("\n".join(lines) + "\n")
                lines.clear()
        file.write("\n".join([*lines, ""]))


def run(scale: str) -> list[Figure]:
    from django.db import connection

    if connection.vendor == "sqlite":
        return _on_sqlite(ROWS[scale] // 2) + _on_postgres(scale)
    return _on_this_postgres(ROWS[scale])


def _on_postgres(scale: str, part: str = "imports") -> list[Figure]:
    """The same part in a process of its own, on a server started for it."""
    # The server may still write while its folder goes.
    with tempfile.TemporaryDirectory(
        prefix="xiaopiao-bench-", ignore_cleanup_errors=True
    ) as folder:
        code = (
            f"import json, sys; from bench import {part} as part; from dataclasses import asdict; "
            "import django; django.setup(); "
            f"print(json.dumps([asdict(f) for f in part.run({scale!r})])); sys.stdout.flush(); "
            "import os; os._exit(0)"
        )
        from tests import postgres

        url = os.environ.get("BENCH_POSTGRES_URL") or postgres.start(Path(folder) / "server")
        environment = os.environ | {"DATABASE_URL": url}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return [Figure(**figure) for figure in json.loads(done.stdout.splitlines()[-1])]


def _on_this_postgres(rows: int) -> list[Figure]:
    from django.db import connection

    with tempfile.TemporaryDirectory(prefix="xiaopiao-bench-") as folder:
        path, again = Path(folder) / "payments.csv", Path(folder) / "again.csv"
        write_file(path, rows)
        shutil.copy(path, again)
        with again.open("a", encoding="utf-8") as file:
            file.write("\n")
        _empty_database()
        first, second = _load_by_itself(path), _load_by_itself(again)
        loaded, same = first.seconds, second.seconds
        memory = max(first.megabytes, second.megabytes)
        with connection.cursor() as cursor:
            columns = _columns(cursor)
            with (
                (Path(folder) / "rows").open("wb") as file,
                cursor.copy(f"COPY receipts_payment ({columns}) TO STDOUT") as copy,
            ):
                for block in copy:
                    file.write(block)
            cursor.execute("DELETE FROM receipts_paymenthistory")
            cursor.execute("TRUNCATE receipts_payment CASCADE")
            began = time.perf_counter()
            with (
                (Path(folder) / "rows").open("rb") as file,
                cursor.copy(f"COPY receipts_payment ({columns}) FROM STDIN") as copy,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
            floor = time.perf_counter() - began
    note = f"{rows:,} rows, COPY took {floor:.1f} s"
    return [
        Figure("PostgreSQL: file against raw COPY", floor / loaded, "×", least=0.35, note=note),
        Figure("PostgreSQL: the same rows again", loaded / same, "×", least=2, note="of the first"),
        Figure("PostgreSQL: peak memory", memory, "MB", most=300),
    ]


def _on_sqlite(rows: int) -> list[Figure]:
    import sqlite3

    from django.conf import settings
    from django.db import connection

    with tempfile.TemporaryDirectory(prefix="xiaopiao-bench-") as folder:
        path = Path(folder) / "payments.csv"
        write_file(path, rows)
        _empty_database()
        waits: list[float] = []
        stop = threading.Event()
        asker = threading.Thread(target=_write_now_and_then, args=(stop, waits))
        asker.start()
        loaded = _timed_load(path)
        stop.set()
        asker.join()
        with connection.cursor() as cursor:
            columns = _columns(cursor)
            cursor.execute(f"SELECT {columns} FROM receipts_payment")  # noqa: S608
            parsed = cursor.fetchall()
            cursor.execute("DELETE FROM receipts_payment")
        floor_connection = sqlite3.connect(settings.DATABASES["default"]["NAME"])
        floor_connection.execute("PRAGMA synchronous=NORMAL")
        marks = ", ".join("?" * len(parsed[0]))
        began = time.perf_counter()
        with floor_connection:
            floor_connection.executemany(
                f"INSERT INTO receipts_payment ({columns}) VALUES ({marks})",  # noqa: S608
                parsed,
            )
        floor = time.perf_counter() - began
        floor_connection.close()
    note = f"{rows:,} rows, executemany took {floor:.1f} s"
    return [
        Figure("SQLite: file against executemany", floor / loaded, "×", least=0.4, note=note),
        Figure(
            "SQLite: longest wait of a look-up's writing",
            max(waits, default=0.0),
            "s",
            most=2,
            note=f"while the file is loaded; {len(waits)} tried",
        ),
    ]


def _write_now_and_then(stop: threading.Event, waits: list[float]) -> None:
    """What a look-up does to a load: one small write of its own, four times a second."""
    from django.db import connection, transaction

    from portal.outbox.models import Entry

    while not stop.wait(0.25):
        began = time.perf_counter()
        with transaction.atomic():
            Entry.objects.filter(pk=0).update(attempts=1)
        waits.append(time.perf_counter() - began)
    connection.close()


def _empty_database() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _timed_load(path: Path) -> float:
    from portal.accounts.actor import Actor
    from receipts.imports import load

    began = time.perf_counter()
    result = load.load_file(path, actor=Actor.system("bench"))
    took = time.perf_counter() - began
    assert result.file
    assert not result.file.put_aside
    return took


@dataclass(frozen=True)
class Load:
    seconds: float
    megabytes: float  # the most that its process ever held, Python and Django with it


def _load_by_itself(path: Path) -> Load:
    """In a process that does nothing else, so that its memory is the load's."""
    code = (
        "import django, os, resource, sys; from pathlib import Path; django.setup(); "
        "from bench import imports; seconds = imports._timed_load(Path(sys.argv[1])); "
        "print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True); "
        "os._exit(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return Load(*map(float, done.stdout.split()))


def _columns(cursor) -> str:
    from django.db import connection

    described = connection.introspection.get_table_description(cursor, "receipts_payment")
    return ", ".join(column.name for column in described)
