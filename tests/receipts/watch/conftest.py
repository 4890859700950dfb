import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from receipts.watch import taking
from tests.receipts.imports.conftest import SALE, as_csv


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def lay(inbox) -> Callable[..., Path]:
    """Lay a file down: one sale, unless `content` says otherwise."""

    def make(name: str = "a.csv", content: bytes | None = None, **changes) -> Path:
        path = inbox / name
        path.write_bytes(as_csv([SALE | changes]).encode() if content is None else content)
        return path

    return make


@pytest.fixture
def look(db, inbox) -> Callable[..., taking.Look]:
    return lambda settled_seconds=0: taking.look(inbox, settled_seconds)


@pytest.fixture
def names(inbox) -> Callable[[str], list[str]]:
    """Of the files in one of its folders, reports apart."""

    def of(where: str) -> list[str]:
        files = (inbox / where).rglob("*") if (inbox / where).exists() else ()
        return sorted(p.name for p in files if not p.is_dir() and ".report." not in p.name)

    return of


@pytest.fixture
def old() -> Callable[[Path], None]:
    """Set the time of writing to last year, as `scp -p` does."""

    def make(path: Path) -> None:
        os.utime(path, (time.time() - 3e7,) * 2)

    return make
