"""A sweep: one in trouble does not keep the others waiting."""

from structlog.testing import capture_logs

from portal.one_by_one import one_by_one


def test_one_in_trouble_is_logged_and_the_others_are_done():
    done = []

    def do(key: int) -> bool:
        if key == 2:
            raise RuntimeError("trouble")
        done.append(key)
        return key != 3

    with capture_logs() as logs:
        assert one_by_one([1, 2, 3, 4], do, "sweep_failed", "case") == 2
    assert done == [1, 3, 4]
    assert [(each["event"], each["case"]) for each in logs] == [("sweep_failed", 2)]
