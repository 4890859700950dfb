"""Whether the time of outcome B tells its reasons apart, through the real server.

Three times are taken as whoever asks can take them: of the form's answer, of the page that waits
(asked for while the clerk works), and of the last page. Several lanes (bench/lookup_lane.py) go
through all reasons at once, each with as many rounds as the others, and their times are pooled: a
lane is mostly waiting, and what slows one down slows down all reasons alike.

    BENCH_LOOKUP_TIMES=folder python -m bench lookup_times --scale full   # keeps each time
    python -m bench.lookup_times folder                                   # judges what is there
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

from bench import databases, distribution, imports, reasons
from bench.figures import Figure
from bench.lookup_lane import MEASURED

ROUNDS = {"small": 10, "full": 2_000}
LANES = {"small": 1, "full": 4}
PAYMENTS = 100_000  # that stand in a lane's database beside those of the reasons

# Which of MEASURED → reason → seconds.
Times = dict[str, dict[str, list[float]]]


def run(scale: str) -> list[Figure]:
    from django.db import connection

    if connection.vendor == "sqlite":
        return imports._on_postgres(scale, "lookup_times")
    rounds = int(os.environ.get("BENCH_LOOKUP_ROUNDS") or ROUNDS[scale])
    kept = os.environ.get("BENCH_LOOKUP_TIMES")
    with tempfile.TemporaryDirectory(prefix="xiaopiao-bench-") as passing:
        folder = Path(kept or passing)
        folder.mkdir(parents=True, exist_ok=True)
        _run_lanes(folder, min(LANES[scale], rounds), rounds)
        times = read(folder)
        if kept:
            (folder / "pairs.txt").write_text("\n".join(statistics(times)), encoding="utf-8")
        return judge(times)


def read(folder: Path) -> Times:
    """What all lanes have written down by now."""
    times: Times = {name: defaultdict(list) for name in MEASURED}
    for path in sorted(folder.glob("lane-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            name, reason, seconds = json.loads(line)
            times[name][reason].append(seconds)
    return times


def judge(times: Times) -> list[Figure]:
    figures = []
    for name in MEASURED:
        ordered = distribution.pairs(times[name])
        apart, widest = distribution.told_apart(ordered), ordered[0]
        fewest = min(map(len, times[name].values()))
        note = (
            f"of {len(ordered)} pairs of {len(times[name])} reasons, {fewest:,} times each; "
            f"the widest: {widest.one} / {widest.other}, D = {widest.distance:.3f}, "
            f"p = {widest.p:.2g}"
        )
        figures.append(Figure(f"Told apart by the {name}", len(apart), "pairs", most=0, note=note))
    return figures


def statistics(times: Times) -> list[str]:
    """Each pair's, a line each."""
    return [
        f"{name}: D {pair.distance:.4f}  p {pair.p:.4f}  {pair.one} / {pair.other}"
        for name in MEASURED
        for pair in distribution.pairs(times[name])
    ]


def _run_lanes(folder: Path, lanes: int, rounds: int) -> None:
    """Rounds are shared out evenly; the lanes' databases are copies of one."""
    from django.core.management import call_command

    names = [f"lookup_lane_{lane}" for lane in range(lanes)]
    _lay_out(names)
    call_command("collectstatic", interactive=False, verbosity=0)
    given = urlsplit(os.environ["DATABASE_URL"])
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.lookup_lane", str(folder / f"lane-{lane}.jsonl"),
             str(rounds // lanes + (lane < rounds % lanes)), str(11 + lane)],
            env=os.environ | {"DATABASE_URL": given._replace(path=f"/{name}").geturl()},
        )
        for lane, name in enumerate(names)
    ]  # fmt: skip
    try:
        if sum(process.wait() != 0 for process in running):
            raise RuntimeError("a lane ended early")
    finally:
        for process in running:
            process.terminate()
            process.wait()
        _at_the_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", names)


def _lay_out(names: list[str]) -> None:
    """Databases of these names: the first made and filled, or the copy of one that there is
    (BENCH_LOOKUP_TEMPLATE); the others its copies."""
    from django.db import connection
    from django.utils import timezone

    from portal.site.demo import bulk

    if template := os.environ.get("BENCH_LOOKUP_TEMPLATE"):
        _at_the_server(f"CREATE DATABASE {{}} TEMPLATE {template}", names[:1])
        databases.use(names[0])
    else:
        databases.use(new=names[0])
        bulk.make_rows(PAYMENTS)
    reasons.lay_out(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    _at_the_server(f"CREATE DATABASE {{}} TEMPLATE {names[0]}", names[1:])


def _at_the_server(sql: str, names: list[str]) -> None:
    """For each name, by a connection to none of these databases."""
    import psycopg
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(sql.format(name))


if __name__ == "__main__":
    from bench.__main__ import show

    taken = read(Path(sys.argv[1]))
    print("\n".join(statistics(taken)))
    sys.exit(0 if show("lookup_times", judge(taken)) else 1)
