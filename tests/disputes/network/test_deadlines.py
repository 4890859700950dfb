"""Last moments: absolute, warned of once, followed by what the table says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from disputes import actions, clocks
from disputes.models import NetworkDispute, NetworkWord, PolicyVersion
from disputes.network import calendar_moves, sweep
from disputes.policy import limits
from portal.audit.models import Event
from portal.calendar import changes
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def mails(part: str) -> int:
    return Entry.objects.filter(effect_key__contains=part, topic="network.news").count()


def swept(track) -> list[str]:
    sweep.sweep()
    track.refresh_from_db()
    words = NetworkWord.objects.filter(step__dispute=track, told=True).order_by("pk")
    return list(words.values_list("what", flat=True))


def test_each_warning_comes_once(clock, credit, receive, supervisor, shop):
    track = receive(credit, "E04")
    due = track.due_at
    assert due == clocks.end_of_day(datetime(2026, 11, 23, 7, 40, tzinfo=UTC), 20)
    said = ["slip_72", "slip_24", "slip_missed", "in_72", "in_24", "missed"]
    moments = [
        *(track.slip_due_at - timedelta(hours=hours) for hours in (72, 24)),
        track.slip_due_at + timedelta(seconds=1),
        *(due - timedelta(hours=hours) for hours in (72, 24)),
        due + timedelta(seconds=1),
    ]
    for place, at in enumerate(moments):
        clock.move_to(at - timedelta(seconds=2))
        assert swept(track) == said[:place]
        clock.move_to(at)
        assert swept(track) == said[: place + 1]
        assert swept(track) == said[: place + 1]
    assert (track.state, track.retrieval_missed, track.tell_at) == ("retrieval_missed", True, None)
    types = Event.objects.filter(subject=track.subject).values_list("type", flat=True)
    assert list(types).count("network.due_soon") == 4
    assert list(types).count("network.missed") == 1
    assert mails("merchant") == 4  # asked, 72, 24, missed: the shop's manager
    assert mails("staff") == 5  # came, slip missed, 72, 24, missed


def test_after_downtime_only_the_last_word_is_told(clock, credit, receive, supervisor):
    track = receive(credit, "E04")
    clock.move_to(track.due_at - timedelta(hours=3))
    assert swept(track) == ["in_24", "slip_missed"] or set(swept(track)) == {
        "in_24",
        "slip_missed",
    }
    clock.move_to(track.due_at + timedelta(days=9))
    assert set(swept(track)) == {"in_24", "slip_missed", "missed"}
    quiet = NetworkWord.objects.filter(told=False).values_list("what", flat=True)
    assert set(quiet) == {"slip_72", "slip_24", "in_72"}


def test_all_passed_at_once_is_one_word(clock, credit, receive):
    track = receive(credit, "E04")
    clock.move_to(track.due_at + timedelta(days=1))
    assert swept(track) == ["missed"]
    assert track.state == "retrieval_missed"


def test_a_missed_retrieval_loses_the_representment(clock, credit, receive, answer, support):
    track = receive(credit, "E04")
    clock.move_to(track.due_at + timedelta(seconds=1))
    with pytest.raises(actions.WrongState):  # also before the sweep has looked
        answer(track, "E05", chosen=())
    swept(track)
    track = receive(credit, "E23")
    with pytest.raises(actions.WrongState) as refused:
        answer(track, "E24")
    assert "调单过期" in refused.value.message
    answer(track, "E26", chosen=())
    assert track.state == "negotiating"


def test_a_chargeback_nobody_answers_is_borne(clock, credit, receive, answer):
    track = receive(credit, "E00")
    answer(track, "E02")
    track = receive(credit, "E23", amount_minor=5_000)
    clock.move_to(track.due_at + timedelta(seconds=1))
    swept(track)
    assert (track.state, track.lost_minor) == ("lost", 5_000)
    assert credit.money_back.get().state == "done"


@pytest.fixture
def old(make_payment, shop, clock):
    """Paid before the message was sent, which is before today."""
    return make_payment(shop.merchant, card_kind="credit", at=datetime(2026, 11, 19, 14, 5))


def test_the_networks_own_day_goes_before_ours(clock, old, receive):
    track = receive(old, "E00", due_on=date(2026, 11, 25), sent_on=date(2026, 11, 20))
    assert track.due_at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC) - clocks.TICK
    # 72 hours before lay before the message was here: that is no warning.
    assert swept(track) == []
    clock.move_to(track.due_at - timedelta(hours=24))
    assert swept(track) == ["in_24"]


def test_a_message_that_comes_late_counts_from_its_own_day(clock, old, receive):
    track = receive(old, "E00", sent_on=date(2026, 11, 20))
    assert track.due_at == datetime(2026, 11, 30, 16, 0, tzinfo=UTC) - clocks.TICK


@pytest.mark.parametrize(
    ("today", "unit", "last"),
    [
        (datetime(2028, 2, 19, 4, tzinfo=UTC), "calendar_days", date(2028, 2, 29)),
        (datetime(2026, 12, 25, 4, tzinfo=UTC), "calendar_days", date(2027, 1, 4)),
        # Ten working days over the New Year's holiday, which is no working day.
        (datetime(2025, 12, 25, 4, tzinfo=UTC), "working_days", date(2026, 1, 9)),
    ],
)
def test_leap_days_years_and_working_days(clock, make_payment, shop, receive, today, unit, last):
    clock.move_to(today)
    PolicyVersion.objects.create(
        number=2, limits=limits.DEFAULTS | {"network_inquiry": {"amount": 10, "unit": unit}}
    )
    payment = make_payment(shop.merchant, at=today - timedelta(days=1))
    track = receive(payment, "E00")
    assert track.due_at == clocks.end_of_day(
        datetime.combine(last, datetime.min.time(), tzinfo=UTC), 0
    )


def test_the_signed_slip_stops_the_shops_clock(clock, credit, receive, give_slip):
    track = receive(credit, "E04")
    give_slip(track)
    assert track.slip_due_at is None
    clock.move_to(track.due_at - timedelta(hours=24))
    assert swept(track) == ["in_24"]
    assert not NetworkDispute.objects.exclude(state="retrieving").exists()


def test_a_calendar_that_changes_moves_what_was_counted_by_it(
    clock, make_payment, shop, receive, make_actor
):
    days = {"network_inquiry": {"amount": 3, "unit": "working_days"}}
    PolicyVersion.objects.create(number=2, limits=limits.DEFAULTS | days)
    counted = receive(make_payment(shop.merchant), "E00")
    said = receive(make_payment(shop.merchant), "E00", due_on=date(2026, 11, 26))
    before = counted.due_at, said.due_at
    changes.set_day(
        date(2026, 11, 25), works=False, name="", actor=make_actor("administrator"), reason="停电"
    )
    for _twice in range(2):
        calendar_moves.calendar_changed("x")
    for track in (counted, said):
        track.refresh_from_db()
    assert (counted.due_at - before[0], said.due_at) == (timedelta(days=1), before[1])
    types = Event.objects.filter(type="network.due_moved").values_list("subject", flat=True)
    assert list(types) == [counted.subject]
