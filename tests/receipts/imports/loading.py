"""Loads a file in a process of its own, in chunks of a few rows, so that a test may kill it.

python -m tests.receipts.imports.loading CHUNK FILE…
"""

import os
import sys
from pathlib import Path

import django


def main(chunk: str, *paths: str) -> None:
    django.setup()
    from portal.accounts.actor import Actor
    from receipts.imports import load

    load.CHUNK = dict.fromkeys(load.CHUNK, int(chunk))
    print("ready", flush=True)
    for path in paths:
        result = load.load_file(Path(path), actor=Actor.system("test"))
        assert not result.error, result
    print("done", flush=True)
    os._exit(0)  # pooled connections are slow to let go of an ending process


if __name__ == "__main__":
    main(*sys.argv[1:])
