"""What is kept in the process's memory: for some minutes, and no more than so much."""

from portal import kept


def test_what_nobody_asks_for_is_forgotten(monkeypatch):
    now = 1_000.0
    monkeypatch.setattr(kept.time, "monotonic", lambda: now)
    things = kept.Kept()
    things.put("a", "text")
    now += kept.SECONDS + 1
    assert things.get("a") == "text"  # taken over
    now += 2 * kept.SECONDS + 1
    assert things.get("a") is None


def test_no_more_is_kept_than_so_much():
    things = kept.Kept()
    for n in range(5 * kept.MOST):
        if things.get(n) is None:
            things.put(n, "text")
    assert len(things._young) + len(things._old) <= 2 * kept.MOST


def test_long_texts_are_kept_by_their_length():
    things = kept.Kept(weigh=len)
    long = "x" * (kept.HEAVIEST // 4)
    for n in range(50):
        if things.get(n) is None:
            things.put(n, long)
    assert len(things._young) + len(things._old) <= 2 * 5
