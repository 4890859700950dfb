"""Killed anywhere, or two at a time: the end is that of one load left alone."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

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
from tests.receipts.imports.conftest import REFUND, SALE
from tests.receipts.imports.digest import digest
from tests.tools import ROOT, database_url

CHUNK = 40


def mixed_rows(count: int, seed: int) -> list[dict]:
    """Sales, settlements of them, refunds before and after their sale, bad rows, repeats."""
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


@pytest.fixture
def start(transactional_db, tmp_path) -> Callable[..., subprocess.Popen]:
    def run(*paths: Path, chunk: int = CHUNK) -> subprocess.Popen:
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "VAR_DIR": str(tmp_path / "var"),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.receipts.imports.loading", str(chunk), *map(str, paths)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout.readline() == "ready\n"
        return process

    return run


@pytest.fixture
def emptied(transactional_db) -> Callable[[], None]:
    """Throws away what loads have left, so that the next begins on the same ground."""

    def empty() -> None:
        for model in (WaitingKey, PutAside, PaymentHistory, Reversal, Payment, Terminal, Merchant):
            model.objects.all()._raw_delete(using="default")
        ImportFile.objects.all()._raw_delete(using="default")

    return empty


def finish(*processes: subprocess.Popen) -> None:
    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert (process.returncode, output) == (0, "done\n")


def test_killed_at_random_points_and_run_again(start, write, emptied):
    path = write(mixed_rows(300, seed=1))
    began = time.monotonic()
    finish(start(path))
    whole, took = digest(), time.monotonic() - began
    assert PutAside.objects.exists()
    assert Payment.objects.filter(status="partly_refunded").exists()
    chance, killed = random.Random(2), 0
    for _attempt in range(int(os.environ.get("KILLS", "2"))):
        emptied()
        for _kill in range(2):
            process = start(path)
            time.sleep(chance.uniform(0, took / 2))
            killed += process.poll() is None
            process.kill()
            process.wait()
            process.stdout.close()
        finish(start(path))
        assert digest() == whole
    assert killed


def test_two_loads_of_one_file_at_the_same_time(start, write, emptied):
    path = write(mixed_rows(300, seed=3))
    finish(start(path))
    whole = digest()
    emptied()
    finish(start(path), start(path))
    assert digest() == whole
    assert ImportFile.objects.count() == 1


def test_two_files_with_the_same_rows_at_the_same_time(start, write, emptied):
    rows = mixed_rows(200, seed=4)
    one, two = write(rows), write([row | {"no_column": "x"} for row in rows])
    finish(start(one, two))
    whole = digest()
    emptied()
    finish(start(one), start(two))
    together = digest()
    for what in ("merchants", "terminals"):
        assert together[what] == whole[what]
    files = ImportFile.objects.all()
    assert sum(file.created for file in files) == Payment.objects.count()
    assert Payment.objects.count() == len(whole["payments"])
    for file in files:
        assert file.read == file.created + file.updated + file.unchanged + file.put_aside == 200
