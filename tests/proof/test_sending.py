"""Mail, short messages and news under SIGKILL, in full: `SEND_KILLS=1000` on each database."""

import os

import pytest

from tests.portal.outbox.killing import kill_often


@pytest.mark.django_db(transaction=True)
def test_killed_writers_and_workers_lose_nothing_and_send_under_one_key(tmp_path, settings):
    arrived = kill_often(
        tmp_path, settings, kills=int(os.environ.get("SEND_KILLS", "1000")), seed=11
    )
    print(f"messages by how often they arrived: {dict(arrived)}")
