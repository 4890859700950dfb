"""What is kept in the process's memory: for some minutes, and no more than so much."""

import os
import time

from portal import kept
from portal.erasure import replaying
from portal.erasure.models import Item


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


def test_words_go_with_the_first_request_after_an_erasure(settings, tmp_path, client, db):
    settings.ERASURE_LIST = tmp_path / "erased.jsonl"
    things = kept.Kept()

    def is_kept() -> bool:
        client.get("/healthz")
        there = things.get("a") is not None
        things.put("a", "words")
        return there

    assert [is_kept(), is_kept()] == [False, True]
    replaying.note([Item(subject="case:1", ground="consent", state=Item.State.ERASED)])
    assert [is_kept(), is_kept()] == [False, False], "its transaction may still be open"
    old = time.time() - kept.ERASING_SECONDS - 1
    os.utime(settings.ERASURE_LIST, (old, old))
    assert [is_kept(), is_kept()] == [False, True]
