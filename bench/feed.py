"""Payments pushed in batches of 1,000, held against the same rows in a file.

One process, the whole way of a request: middleware, key, throttle, JSON, the loader, an answer kept
for its Idempotency-Key. What a batch costs more than a row of a file is a transaction of its own
and a result for each item.
"""

import csv
import json
import tempfile
import time
from pathlib import Path

from bench import imports
from bench.figures import Figure

ROWS = {"small": 30_000, "full": 200_000}
BATCH = 1_000


def run(scale: str) -> list[Figure]:
    from django.db import connection

    if connection.vendor == "sqlite":
        return imports._on_postgres(scale, "feed")
    rows = ROWS[scale]
    with tempfile.TemporaryDirectory(prefix="xiaopiao-bench-") as folder:
        path = Path(folder) / "payments.csv"
        imports.write_file(path, rows)
        with path.open(encoding="utf-8", newline="") as file:
            items = list(csv.DictReader(file))
        bodies = [
            json.dumps({"transactions": items[start : start + BATCH]}, ensure_ascii=False)
            for start in range(0, rows, BATCH)
        ]
        imports._empty_database()
        pushed = _timed_batches(bodies)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM receipts_paymenthistory")
            cursor.execute("TRUNCATE receipts_payment CASCADE")
        loaded = imports._timed_load(path)
    note = f"{rows:,} rows; {rows / pushed:,.0f} and {rows / loaded:,.0f} rows/s"
    return [Figure("Feed against file", loaded / pushed, "×", least=0.15, note=note)]


def _timed_batches(bodies: list[str]) -> float:
    from django.conf import settings
    from django.test import Client

    from portal.accounts.actor import Actor
    from portal.api import keys

    settings.API_REQUESTS_PER_MINUTE = 10**9
    _key, text = keys.issue("bench", scopes=["transactions:write"], actor=Actor.system("bench"))
    client = Client(headers={"host": "127.0.0.1", "authorization": f"Bearer {text}"})
    took = 0.0
    for number, body in enumerate(bodies):
        sent = body.encode()
        began = time.perf_counter()
        answer = client.post(
            "/api/v1/transactions",
            sent,
            content_type="application/json",
            headers={"idempotency-key": f"bench-{number}"},
        )
        took += time.perf_counter() - began
        assert answer.status_code == 200, answer.content
        assert answer.json()["created"] == BATCH
    return took
