"""Files of several formats, and loads of them that are killed at random moments."""

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction

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
from tests.receipts.imports.conftest import REFUND, SALE, as_csv
from tests.receipts.imports.samples import (
    FIXED_REFUND,
    FIXED_SALE,
    WECHAT_PAYMENT,
    WECHAT_REFUND,
    fixed,
    wechat,
)
from tests.tools import ROOT, database_url

CHUNK = 50
# One load and its format.
Given = tuple[str, Path]


# --- what is loaded ------------------------------------------------------------------------------


def mixed_rows(count: int, seed: int) -> list[dict]:
    """Sales, settlements of them, older news, refunds before and after their sale or without it,
    bad rows, repeats, contradictions."""
    chance, rows = random.Random(seed), []
    for number in range(count):
        voucher = f"{chance.randrange(1, count):06}"
        row = SALE | {
            "terminal_no": f"{chance.randrange(1, 4):08}",
            "voucher_no": voucher,
            "status": chance.choice(["authorised", "settled", "settled"]),
            "remarks": chance.choice(["", "", "三号桌"]),
            "rrn": f"1120{number:08}" if chance.random() < 0.3 else "",
        }
        match chance.randrange(12):
            case 0 | 1:
                day = date(2026, 11, 20) + timedelta(days=chance.randrange(3))
                row = REFUND | {
                    "terminal_no": row["terminal_no"],
                    "date": day.isoformat(),
                    "amount": chance.choice(["86.50", "150", "386.50"]),
                    "voucher_no": f"9{number:05}",
                    "original_voucher_no": voucher,
                }
            case 2:
                row |= {"amount": chance.choice(["1e3", "", "387"])}
        rows.append(row)
    return rows


def true_rows(count: int, seed: int) -> list[dict]:
    """Rows that can all be true of the same payments, in whatever order they come: each is
    authorised, settled, perhaps refunded once; and one in twenty cannot be read."""
    chance, rows = random.Random(seed), []
    for number in range(count // 2):
        row = SALE | {
            "terminal_no": f"{number % 3 + 1:08}",
            "voucher_no": f"{number + 1:06}",
            "remarks": f"{number % 7} 号桌",
        }
        rows += [row | {"status": "authorised"}, row]
        if chance.random() < 0.2:
            rows.append(
                REFUND
                | {
                    "terminal_no": row["terminal_no"],
                    "voucher_no": f"9{number:05}",
                    "original_voucher_no": row["voucher_no"],
                }
            )
        if chance.random() < 0.1:
            rows.append(row | {"amount": "1e3", "voucher_no": f"8{number:05}"})
    chance.shuffle(rows)
    return rows


def fixed_width(count: int, seed: int) -> bytes:
    """With a trailer that is not true of it."""
    chance, rows = random.Random(seed), []
    for number in range(count):
        sale = FIXED_SALE | {"voucher_no": f"{chance.randrange(1, count):06}"}
        sale |= {"rrn": f"1120{number:08}"}
        if chance.random() < 0.2:
            sale = FIXED_REFUND | {
                "voucher_no": f"9{number:05}",
                "rrn": f"1121{number:08}",
                "original_voucher_no": sale["voucher_no"],
                "amount": chance.choice(["000000008650", "000000038650", "00000003865x"]),
            }
        rows.append(sale)
    return fixed(rows, trailer=f"T{count:08}{1:015}{1:015}")


def wechat_bill(count: int, seed: int) -> bytes:
    chance, rows = random.Random(seed), []
    for number in range(count):
        order = f"42000021202611200000{chance.randrange(1, count):08}"
        row = WECHAT_PAYMENT | {"微信订单号": order, "商户订单号": f"XP-{order[-6:]}"}
        if chance.random() < 0.2:
            refund = {"微信退款单号": f"500000000120261120{number:012}", "微信订单号": order}
            row = WECHAT_REFUND | refund | {"商户订单号": row["商户订单号"]}
        rows.append(row)
    return wechat(rows)


@dataclass(frozen=True)
class Day:
    """Two files that tell of the same payments in part, in some format each."""

    name: str
    one: Given
    two: Given


def days(folder: Path) -> list[Day]:
    def put(name: str, content: bytes) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    rows = mixed_rows(300, seed=1)
    half = as_csv(mixed_rows(120, seed=2) + rows[100:220]).encode()
    return [
        Day(
            "canonical, plain and packed",
            ("canonical", put("a.csv", as_csv(rows).encode())),
            ("canonical", put("b.csv.gz", gzip.compress(half, mtime=0))),
        ),
        Day(
            "fixed width twice over",
            ("fixed-width-example", put("c.txt", fixed_width(200, seed=3))),
            ("fixed-width-example", put("d.txt", fixed_width(160, seed=4))),
        ),
        Day(
            "bills of a wallet",
            ("wechat-tradebill", put("e.csv", wechat_bill(200, seed=5))),
            ("wechat-tradebill", put("f.csv", wechat_bill(160, seed=6))),
        ),
    ]


def emptied() -> None:
    """Throws away what loads have left, so that the next begins on the same ground."""
    models = (WaitingKey, PutAside, PaymentHistory, Reversal, Payment, Terminal, Merchant)
    for model in (*models, ImportFile):
        model.objects.all()._raw_delete(using="default")


# --- loads that may be killed --------------------------------------------------------------------


class Loads:
    """Starts loads, kills them, waits for them."""

    def __init__(self, process: subprocess.Popen, log: Path):
        self.process, self.log = process, log

    def _ask(self, *words: str) -> int:
        self.process.stdin.write("\t".join(words) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def start(self, *given: Given) -> int:
        return self._ask("load", *(str(word) for pair in given for word in pair))

    def wait(self, number: int) -> int:
        return self._ask("wait", str(number))

    def finish(self, *numbers: int) -> None:
        for number in numbers:
            assert self.wait(number) == 0, self.log.read_text("utf-8")[-3000:]

    def run(self, *given: Given) -> float:
        """Load these to the end; seconds it took."""
        began = time.monotonic()
        self.finish(self.start(*given))
        return time.monotonic() - began

    def killed(self, number: int) -> bool:
        """End this load in the middle; whether it was still at it."""
        os.kill(number, signal.SIGKILL)
        return self.wait(number) == -signal.SIGKILL


@contextmanager
def loads(folder: Path, chunk: int = CHUNK) -> Iterator[Loads]:
    log = folder / "loads.log"
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": str(folder / "var"),
    }
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.receipts.imports.loading", str(chunk)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdout.readline() == "ready\n"
        try:
            yield Loads(process, log)
        finally:
            process.stdin.close()
            process.wait(20)
            process.stdout.close()


def cut_off(chance: random.Random) -> int:
    """Take the database away from all others: on PostgreSQL the server ends their connections, on
    SQLite nobody else gets its lock for a moment. How many times it was so."""
    if connection.vendor == "sqlite":
        with transaction.atomic():
            time.sleep(chance.uniform(0, 0.2))
        return 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]
