"""Facts at the edge of what an event can hold."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from portal import audit
from portal.audit import sequencer
from portal.audit.models import Event
from tests.portal.audit.test_record import chain_is_whole
from tests.portal.audit.test_sequencer import tree_is_sound

pytestmark = pytest.mark.django_db

TEXTS = [
    "长" * 350_000,  # 1 MB
    "\x00\x1f\x7f 控制符",
    "e\u0301 与 é 不是一回事",
    "👩‍👩‍👧 𠮷 㑇 骉 ﷽ \u202e从右到左\u2066",
    "\u2028\u2029\ufeff\ufffe\uffff",
    '"},"sequence":9,"previous":"',
    "\\u001f \\ud800",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_any_text_comes_back_as_it_was(actor, text):
    for _ in range(2):
        event = audit.record("case:1", "case.replied", actor=actor, after={"said": text, text: 1})
    told = json.loads(Event.objects.get(pk=event.pk).text)
    assert told["after"] == {"said": text, text: 1}
    assert event.text == Event.objects.get(pk=event.pk).text
    assert chain_is_whole("case:1")
    assert sequencer.sequence() == 2
    assert tree_is_sound()


@pytest.mark.parametrize(
    "after",
    [
        {"x": float("nan")},
        {"x": [1.5]},
        {"x": "\ud800"},
        {"\udfff": 1},
        {1: "x"},
        {"x": {float("inf"): 1}},
        {"x": b"bytes"},
    ],
)
def test_what_is_no_fact_is_refused_before_anything_is_written(actor, after):
    with pytest.raises(TypeError):
        audit.record("case:1", "case.replied", actor=actor, after=after)
    assert not Event.objects.exists()


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_a_personal_value_that_cannot_be_kept_is_refused(actor, value):
    with pytest.raises(TypeError):
        audit.record("case:1", "case.replied", actor=actor, personal={"body": value})


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), "1969-12-31T23:59:59.999999Z"),
        (
            datetime(1900, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))),
            "1900-01-01T00:00:00.000000Z",
        ),
        (datetime(800, 1, 1, tzinfo=UTC), "0800-01-01T00:00:00.000000Z"),
        (datetime(9999, 12, 31, tzinfo=UTC), "9999-12-31T00:00:00.000000Z"),
    ],
)
def test_any_time_is_told_to_the_microsecond(actor, at, told):
    event = audit.record("case:1", "case.replied", actor=actor, at=at)
    assert json.loads(event.text)["at"] == told
    assert Event.objects.get().at == at


def test_a_time_without_a_zone_is_none(actor):
    with pytest.raises(TypeError, match="time zone"):
        audit.record("case:1", "case.replied", actor=actor, at=datetime(2026, 11, 23))
