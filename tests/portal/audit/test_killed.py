"""Killed at any moment, writers and sequencer leave no gap, no fork, no lost change.

Few kills here, 200 in tests/proof."""

import pytest

from tests.portal.audit.killing import kill_often


@pytest.mark.django_db(transaction=True)
def test_killed_writers_and_sequencers_leave_the_trail_whole(tmp_path):
    kill_often(tmp_path, kills=12, seed=20261128)
