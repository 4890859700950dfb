"""A worker killed in the middle of a delivery loses nothing: the queue has no copy, the row has."""

import os
import signal
import sys

import pytest

from portal.outbox import tasks
from portal.outbox.models import Entry
from portal.site.management.commands.serve import worker_command
from tests import tools


@pytest.mark.parametrize("broker", ["filesystem"], indirect=True)
@pytest.mark.django_db(transaction=True)
def test_the_sweep_delivers_what_a_killed_worker_held(
    broker, mail_server, write_letter, make_due, tmp_path
):
    mail_server.box.hold = True
    log = tmp_path / "worker.log"
    command = [sys.executable, "-m", *worker_command()]
    with tools.running(
        command,
        log,
        VAR_DIR=str(tmp_path / "var"),
        DATABASE_URL=tools.database_url(),
        CELERY_BROKER_URL=broker,
        EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}",
        DJANGO_SETTINGS_MODULE="portal.settings",
    ) as worker:
        entry = write_letter()
        tools.wait_until(lambda: mail_server.box.asked == 1, 40, "the worker to begin")
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    mail_server.box.hold = False
    assert not any((tmp_path / "var" / "broker" / "queue").iterdir()), "the queue has lost it"
    entry.refresh_from_db()
    assert (entry.state, entry.attempts) == ("pending", 1)
    assert tasks.sweep() == 0, "it is still the killed worker's for two minutes"
    make_due()
    assert tasks.sweep() == 1
    assert Entry.objects.get().state == "done"
    assert len({letter["Message-ID"] for letter in mail_server.box.letters}) == 1
