"""What goes wrong with files in any month: some rows of one host's file cannot go in.

Operations find them on their page, to correct and try again.
"""

import csv
from datetime import date, time
from pathlib import Path

from portal.accounts.actor import Actor
from portal.site.demo.files import COLUMNS
from receipts.imports import load
from receipts.watch import sources

ACTOR = Actor.system("demo")
NAME = "changhe"
FAULTS: tuple[dict[str, str], ...] = (
    {},
    {"amount": "l2.50"},
    {"date_time": "2026-11-31 12:40:07"},
    {"card_tail": "482"},
    {"kind": "闪付消费"},
    {"kind": "refund", "original_batch_no": "000001", "original_voucher_no": "999999"},
)


def make(folder: Path, day: date, template: dict[str, object]) -> None:
    """`template` is a payment of `day` as a file says it; each fault is put into one like it."""
    path = folder / f"{NAME}-{day:%Y%m%d}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for number, fault in enumerate(FAULTS, start=1):
            own = {"voucher_no": f"{990000 + number}", "rrn": "", "auth_code": ""}
            writer.writerow(template | own | fault)
    load.load_file(path, actor=ACTOR)
    for name, due in (("jiangan", time(3)), (NAME, time(5))):
        sources.put(name, pattern=f"{name}-*.csv", format="canonical", due_at=due, actor=ACTOR)
