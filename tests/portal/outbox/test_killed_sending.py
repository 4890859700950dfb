"""A few kills in each run of the suite; 1,000 in tests/proof."""

import pytest

from tests.portal.outbox.killing import kill_often


@pytest.mark.django_db(transaction=True)
def test_killed_writers_and_workers_lose_nothing_and_send_under_one_key(tmp_path, settings):
    arrived = kill_often(tmp_path, settings, kills=8, seed=3)
    assert arrived[1] > 0
