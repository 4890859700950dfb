"""A file that an installation makes for itself, by whoever comes first."""

import secrets
import threading
from stat import S_IMODE

import pytest

from portal.made_once import made_once
from tests import tools


def test_of_many_that_come_at_the_same_time_all_get_the_same_whole_file(tmp_path):
    path, ready = tmp_path / "keys" / "own.pem", threading.Barrier(6)

    def content() -> bytes:
        ready.wait(10)  # every one of them has seen that there is none
        return secrets.token_bytes(50_000)

    got, failed = tools.at_once(*[lambda: made_once(path, content).read_bytes()] * 6)
    assert failed == []
    assert len(set(got)) == 1
    assert len(got[0]) == 50_000
    assert [each.name for each in path.parent.iterdir()] == ["own.pem"]
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_there_stays(tmp_path):
    path = tmp_path / "own.pem"
    path.write_bytes(b"the operator's")
    assert made_once(path, lambda: b"another").read_bytes() == b"the operator's"


def test_what_cannot_be_made_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError):
        made_once(tmp_path / "own.pem", lambda: b"x" * (1 // 0))
    assert list(tmp_path.iterdir()) == []
