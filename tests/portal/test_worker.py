"""A real worker with beat, on a real broker of each kind: what is posted goes out, once."""

import os
import subprocess
import sys
from queue import Empty

import pytest
from django.db import transaction

from portal.outbox import post
from portal.outbox.models import Entry
from portal.queue_folder import Transport
from tests import tools

BEFORE_THE_SWEEP = 20  # seconds; beat sweeps every 30
AFTER_A_SWEEP = 50


def write_letter(key: str = "case:1:opened") -> None:
    with transaction.atomic():
        post.mail(key, to="someone@example.org", topic="case", subject="小票", body="您好")


def letters(folder) -> list:
    return list(folder.glob("*")) if folder.exists() else []


def is_done() -> bool:
    return Entry.objects.filter(state=Entry.State.DONE).count() == Entry.objects.count()


def test_what_is_posted_goes_out_once(broker, start_worker):
    with start_worker(broker) as mails:
        write_letter()
        tools.wait_until(is_done, BEFORE_THE_SWEEP)
    assert len(letters(mails)) == 1


def test_what_was_posted_while_no_worker_ran_goes_out_once(broker, start_worker):
    write_letter("case:1:opened")
    write_letter("case:1:answered")
    with start_worker(broker) as mails:
        tools.wait_until(is_done, BEFORE_THE_SWEEP)
    assert len(letters(mails)) == 2


@pytest.mark.parametrize("broker", ["filesystem"], indirect=True)
def test_the_sweep_finds_what_the_broker_lost(broker, start_worker, monkeypatch):
    monkeypatch.setattr("portal.outbox.post._wake_worker", lambda entry_id: None)
    write_letter()
    with start_worker(broker) as mails:
        tools.wait_until(is_done, AFTER_A_SWEEP)
    assert len(letters(mails)) == 1


ENQUEUE = """
import time, django
django.setup()
from celery import current_app
from kombu.exceptions import OperationalError
import kombu.transport.redis  # loaded once by a server, not at every page
began = time.monotonic()
try:
    current_app.send_task("portal.outbox.tasks.deliver", [1], retry=False)
except OperationalError:
    print(f"{time.monotonic() - began:.1f}")
"""


def test_a_page_does_not_wait_for_a_broker_that_is_away(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-c", ENQUEUE],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "VAR_DIR": str(tmp_path),
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{tools.free_port()}/0",
        },
        cwd=tools.ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert float(answer.stdout) < 1.5


def test_a_message_appears_in_the_folder_when_it_is_whole(tmp_path, monkeypatch):
    import kombu

    link = kombu.Connection(
        "filesystem://", transport=Transport, transport_options=tools.queue_folder(tmp_path)
    )
    channel = link.default_channel
    write = type(tmp_path).write_text

    def watched(path, text, **options):
        write(path, text[: len(text) // 2], **options)
        with pytest.raises(Empty):  # a worker that looks now finds nothing, and no half message
            channel._get("celery")
        return write(path, text, **options)

    monkeypatch.setattr(type(tmp_path), "write_text", watched)
    channel._put("celery", {"body": "whole"})
    assert channel._get("celery") == {"body": "whole"}
