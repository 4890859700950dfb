"""verify.py on a made-up export, held against merely reading the same files and hashing each line.

Both are processes of their own, counted in CPU time, so that start-up counts for both. Events have
the size of real ones, and each has one value in the clear, as in a case file.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure

EVENTS = {"small": 100_000, "full": 5_000_000}
ROUNDS = {"small": 3, "full": 1}
FEWER = 5  # times fewer events, to see whether memory grows
FILES = ("events.jsonl", "openings.jsonl", "tree.txt")
FLOOR = """
import hashlib, sys
for name in sys.argv[2:]:
    with open(sys.argv[1] + "/" + name, "rb") as file:
        for line in file:
            hashlib.sha256(line).digest()
"""


def run(scale: str) -> list[Figure]:
    from portal.audit.export import make

    verifier = str(Path(make.__file__).with_name("verify.py"))
    with tempfile.TemporaryDirectory(prefix="xiaopiao-bench-export-") as name:
        few, many = Path(name) / "few", Path(name) / "many"
        for folder, count in ((few, EVENTS[scale] // FEWER), (many, EVENTS[scale])):
            _write(folder, count)
        closed = _without_contents(many, Path(name) / "closed")
        best = dict.fromkeys(("events", "all", "verify", "closed"), float("inf"))
        for _ in range(ROUNDS[scale]):
            for what, arguments in {
                "events": ["-c", FLOOR, str(many), FILES[0]],
                "all": ["-c", FLOOR, str(many), *FILES],
                "verify": [verifier, str(many)],
                "closed": [verifier, str(closed)],
            }.items():
                seconds, peak = _cpu(arguments)
                best[what] = min(best[what], seconds)
        _, peak_of_few = _cpu([verifier, str(few)])
    return [
        Figure(
            "verify.py, rate",
            best["all"] / best["verify"],
            "×",
            least=0.15,
            note=f"against hashing each line of its files; {EVENTS[scale]:,} events",
        ),
        Figure(
            "verify.py, rate, without contents",
            best["events"] / best["closed"],
            "×",
            least=0.15,
            note="against hashing each line of events.jsonl alone",
        ),
        Figure(
            "verify.py, rate, with contents",
            best["events"] / best["verify"],
            "×",
            note="against events.jsonl alone, though it reads the contents too",
        ),
        Figure("verify.py", round(EVENTS[scale] / best["verify"]), "events/s"),
        Figure(
            "verify.py, memory",
            peak / peak_of_few,
            "×",
            most=1.5 if scale == "full" else None,
            note=f"at {FEWER} times the events; {peak // 1024} MiB",
        ),
    ]


def _without_contents(export: Path, folder: Path) -> Path:
    """The same export for a reader who may see no contents."""
    folder.mkdir()
    for path in export.iterdir():
        if path.name != "openings.jsonl":
            (folder / path.name).symlink_to(path)
    (folder / "openings.jsonl").write_text('["end", "", "", 0]\n')
    return folder


def _cpu(arguments: list[str]) -> tuple[float, int]:
    """CPU seconds and peak memory (KiB) of a Python with these arguments."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    peak = 0
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        # Not usage.ru_maxrss: a process inherits that of whoever started it, which is larger.
        peak = max(peak, _peak_so_far(process.pid))
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return usage.ru_utime + usage.ru_stime, peak


def _peak_so_far(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in told.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) if found else 0


def _write(folder: Path, count: int) -> None:
    """An export of `count` events of cases with six steps each, many at a time."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from portal.audit.note import SignerKey, TreeHead
    from portal.audit.trail import canonical, commitment
    from portal.audit.tree import Edge, leaf_hash

    (folder / "checkpoints").mkdir(parents=True)
    key = SignerKey("bench.example/audit", Ed25519PrivateKey.generate())
    choose, edge = random.Random(1), Edge()
    heads: dict[str, tuple[int, str]] = {}
    files = [(folder / name).open("wb") for name in FILES]
    for number in range(count):
        last = number == count - 1
        window = number // 60_000 * 10_000
        subject = "export:1" if last else f"case:{window + choose.randrange(10_000):07d}"
        sequence, previous = heads.get(subject, (0, ""))
        salt = f"{choose.getrandbits(128):032x}"
        event = {
            "subject": subject,
            "sequence": sequence + 1,
            "previous": previous,
            "type": "audit.exported" if last else "case.merchant_replied",
            "actor": "user:0199a2c4-7d1e-7bbb-8ccc-123456789abc",
            "role": "manager",
            "on_behalf_of": "",
            "at": "2026-11-23T07:40:00.123456Z",
            "before": {"stage": "merchant", "status": "new"},
            "after": {"events": count - 1} if last else {"stage": "merchant", "status": "waiting"},
            "personal": {"body": commitment(salt, "已与客户联系")},
            "reason": "",
        }
        text = canonical(event).encode()
        own = hashlib.sha256(text).hexdigest()
        heads[subject] = sequence + 1, own
        edge, _ = edge.append(leaf_hash(text))
        opening = [number, "body", salt, "已与客户联系"]
        files[0].write(text + b"\n")
        files[1].write(json.dumps(opening, ensure_ascii=False).encode() + b"\n")
        files[2].write(f"event {own} {sequence + 1} {subject}\n".encode())
    files[1].write(b'["end", "", "", %d]\n' % count)
    for file in files:
        file.close()
    head = TreeHead(key.name, count, edge.root)
    (folder / f"checkpoints/{count:012d}.txt").write_text(str(head.sign([key])))
    (folder / "keys.txt").write_text(f"{key.verifier}\n")
