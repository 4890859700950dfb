"""Databases with every migration applied, made once and kept until a migration changes.

The migrations take most of what a run of one test takes. A kept database is as they leave it, and
nothing more: the test database that is made from it is migrated as ever, which finds nothing to
apply and lets the guards and first rows come that follow every migration.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".setup" / "test-databases"
OURS = ("portal", "receipts", "disputes")
MOST = 12  # of several branches that are worked on in turn
NAME = "migrated"  # of the database in PostgreSQL


def key() -> str:
    """Of all migrations, the modules of ours that they name, and the libraries' versions."""
    migrations = sorted(path for app in OURS for path in (ROOT / app).rglob("migrations/*.py"))
    named = {
        name
        for path in migrations
        for name in re.findall(rf"\b(?:{'|'.join(OURS)})(?:\.\w+)+", path.read_text("utf-8"))
    } | {
        f"{package}.{name}"
        for path in migrations
        for package, names in re.findall(
            rf"^from ((?:{'|'.join(OURS)})[.\w]*) import (.+)$", path.read_text("utf-8"), re.M
        )
        for name in re.findall(r"\w+", names)
    }
    modules = {(ROOT / name.replace(".", "/")).with_suffix(".py") for name in named}
    read = hashlib.sha256()
    for path in (*migrations, *sorted(modules), ROOT / "requirements-dev.txt", Path(__file__)):
        if path.is_file():
            read.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return read.hexdigest()[:16]


def sqlite(target: Path) -> None:
    """A migrated database file at `target`."""
    shutil.copyfile(_kept("sqlite3", _make_sqlite), target)


def postgres(folder: Path) -> None:
    """What a server needs in `folder`, which is new: with a database NAME, migrated."""
    with tarfile.open(_kept("tar", _make_postgres)) as archive:
        # Its own work: as root the files keep the owner that the server runs as.
        archive.extractall(folder, filter="fully_trusted")  # noqa: S202  made above


def _kept(suffix: str, make) -> Path:
    path = KEPT / f"{key()}.{suffix}"
    with _alone(suffix):
        if path.exists():
            path.touch()  # used: not the next to go
            return path
        with tempfile.TemporaryDirectory(prefix="xiaopiao-migrated-") as folder:
            made = Path(folder) / path.name
            make(Path(folder), made)
            part = path.with_suffix(".part")
            shutil.copyfile(made, part)
            part.replace(path)
        for old in sorted(KEPT.glob(f"*.{suffix}"), key=lambda each: -each.stat().st_mtime)[MOST:]:
            old.unlink()
    return path


@contextmanager
def _alone(suffix: str) -> Iterator[None]:
    """One process at a time makes one of a kind; the others wait and find what it made."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"lock.{suffix}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_sqlite(folder: Path, made: Path) -> None:
    _migrate(f"sqlite:///{made}", folder)


def _make_postgres(folder: Path, made: Path) -> None:
    from tests import postgres

    data = folder / "data"
    server = postgres.server(data)
    server.psql(f"CREATE DATABASE {NAME};")
    _migrate(server.get_uri(NAME), folder)
    server.cleanup()  # stops it
    with tarfile.open(made, "w") as archive:
        archive.add(data, ".")


def _migrate(url: str, folder: Path) -> None:
    """In a process of its own: settings are read once in each."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "TEST_DATABASE": "sqlite" if url.startswith("sqlite") else "postgres",
        "TEST_FOLDER": str(folder),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": str(folder / "var"),
    }
    subprocess.run([sys.executable, "-m", "tests.migrated"], cwd=ROOT, env=environment, check=True)


def main() -> None:
    """`python -m tests.migrated sqlite|postgres` makes the one to be kept, if there is none."""
    match sys.argv[1:]:
        case ["sqlite"]:
            _kept("sqlite3", _make_sqlite)
        case ["postgres"]:
            _kept("tar", _make_postgres)
        case _:
            _apply()


def _apply() -> None:
    import django
    from django.core.management import call_command
    from django.core.management.commands import migrate

    django.setup()
    # What follows a migration is left to the test database's own.
    migrate.emit_post_migrate_signal = lambda *_args, **_options: None  # type: ignore[assignment]
    call_command("migrate", verbosity=0, interactive=False)


if __name__ == "__main__":
    main()
