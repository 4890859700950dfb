"""What a start needs that the installed files alone do not give: schema, static files, something
to look at. Each is skipped when it is there, so that a warm start costs only the asking."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.accounts.models import Organisation
from receipts.models import Payment

Say = Callable[[str], None]


def prepare(say: Say) -> None:
    migrate(say)
    collect(say)
    sample_data(say)


def migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("  Database schema …")
        call_command("migrate", interactive=False, verbosity=0)


def static_fingerprint() -> str:
    """One hash over all static files as they lie in their sources."""
    whole = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            whole.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return whole.hexdigest()


def collect(say: Say) -> None:
    now = static_fingerprint()
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == now:
        return
    say("  Static files …")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(now)


def sample_data(say: Say) -> None:
    from portal.site import demo  # its machinery is loaded only where it may be wanted

    if demo.is_half_made():
        say(
            "  The sample data are half made: their making was interrupted. Remove the database "
            "and start again.\n  示例数据只写了一半（上次中断了）。请删掉数据库，再来一次。"
        )
        return
    if Payment.objects.exists() or Organisation.objects.exists():
        return
    say("  Sample data: a month of a small acquirer (once, about a minute) …")
    logging.disable(logging.INFO)  # thirty settlement files need no thirty lines
    try:
        call_command("demo")
    finally:
        logging.disable(logging.NOTSET)
