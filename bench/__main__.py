"""Runs parts of the bench and prints each figure beside its limit.

A part is a module here with `run(scale: str) -> list[Figure]`; `scale` is `small` or `full`. What
is slow on this machine is slow for the floor too, so speeds are ratios against a floor measured
in the same run, never seconds against a number in a file.
"""

import argparse
import importlib
import os
import pkgutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bench
from bench.figures import Figure

NOT_PARTS = {
    "__main__",
    "databases",
    "figures",
    "tour",
    "weights",
    "distribution",
    "reasons",
    "served",
    "empty_page",
}
PARTS = sorted(
    module.name
    for module in pkgutil.iter_modules(bench.__path__)
    if module.name not in NOT_PARTS and not module.name.startswith(("slip_", "lookup_"))
)
# Of a part, and by themselves where one asks for them.
PIECES = ["lookup_queries", "lookup_times", "lookup_web"]


def show(part: str, figures: list[Figure]) -> bool:
    """Print a part's figures; whether all keep their limits."""
    width = max((len(figure.name) for figure in figures), default=0)
    for figure in figures:
        print(f"  {figure.line(width)}")
    broken = [figure.name for figure in figures if not figure.holds]
    if broken:
        print(f"  {part}: beyond the limit: {', '.join(broken)}")
    return not broken


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    known = [*PARTS, *PIECES]
    parser.add_argument("part", nargs="*", metavar="PART", help=f"of {' '.join(known)}")
    parser.add_argument("--scale", choices=["small", "full"], default="small")
    arguments = parser.parse_args()
    if unknown := set(arguments.part) - set(known):
        parser.error(f"no such part: {' '.join(sorted(unknown))} (there are: {' '.join(known)})")
    parts = arguments.part or PARTS
    if len(parts) > 1:  # each in a process of its own: none meets what another left
        again = [sys.executable, "-m", "bench", "--scale", arguments.scale]
        sys.exit(max(subprocess.run([*again, part], check=False).returncode for part in parts))
    with tempfile.TemporaryDirectory(prefix="xiaopiao-bench-") as folder:
        # Never the installation's own data: a bench makes and throws away its own.
        os.environ["VAR_DIR"] = folder
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        os.environ.setdefault("LOOKUP_FLOOR", "0")  # a part that measures it sets it
        os.environ["DATABASE_URL"] = os.environ.get(
            "BENCH_DATABASE_URL", f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        )
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        import django

        django.setup()
        [part] = parts
        print(f"{part} ({arguments.scale})", flush=True)
        began = time.perf_counter()
        good = show(part, importlib.import_module(f"bench.{part}").run(arguments.scale))
        print(f"  took {time.perf_counter() - began:.1f} s\n")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
