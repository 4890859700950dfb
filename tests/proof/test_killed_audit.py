"""The promise of the audit trail under SIGKILL, in full: `KILLS=200` on each database."""

import os

import pytest

from tests.portal.audit.killing import kill_often


@pytest.mark.django_db(transaction=True)
def test_killed_writers_and_sequencers_leave_the_trail_whole(tmp_path):
    kill_often(tmp_path, kills=int(os.environ.get("KILLS", "200")), seed=7)
