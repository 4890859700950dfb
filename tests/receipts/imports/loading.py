"""Loads files in processes that a test may kill, in chunks of a few rows.

python -m tests.receipts.imports.loading CHUNK, then on its input, a line each:
    load FORMAT PATH [FORMAT PATH…]   → the process's number; the files are loaded in this order
    wait NUMBER                       → how it ended: 0 (all was loaded), else its code or signal
Each load is forked off a process that has Django imported and no connection, so that it begins at
once: a kill a few milliseconds later meets the load and not Python's start.
"""

import os
import sys
import traceback
from pathlib import Path

import django


def load_all(names: list[str]) -> None:
    from portal.accounts.actor import Actor
    from receipts.imports import load

    for format_name, path in zip(names[::2], names[1::2], strict=True):
        result = load.load_file(Path(path), format_name, actor=Actor.system("test"))
        assert not result.error, result


def forked(names: list[str]) -> int:
    number = os.fork()
    if number:
        return number
    try:
        load_all(names)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)  # pooled connections are slow to let go of an ending process


def main(chunk: str) -> None:
    django.setup()
    from receipts.imports import load

    load.CHUNK = dict.fromkeys(load.CHUNK, int(chunk))
    print("ready", flush=True)
    while line := sys.stdin.readline():
        verb, *names = line.rstrip("\n").split("\t")
        if verb == "load":
            print(forked(names), flush=True)
        else:
            _number, status = os.waitpid(int(names[0]), 0)
            print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
