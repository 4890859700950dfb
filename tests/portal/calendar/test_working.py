"""Which days are working days, and how sure that is."""

from datetime import date

import pytest

from portal.accounts.actor import Actor
from portal.calendar import changes, working
from portal.calendar.models import SpecialDay

pytestmark = pytest.mark.django_db
MACHINE = Actor.system("test")


@pytest.fixture
def enter(django_capture_on_commit_callbacks):
    def enter(deed, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return deed(*args, actor=MACHINE, **kwargs)

    return enter


def test_make_up_days_are_worked_and_holidays_are_not():
    assert working.is_working_day(date(2026, 2, 28))  # a Saturday
    assert not working.is_working_day(date(2026, 2, 23))  # a Monday
    assert working.is_known(2026)
    assert working.name_of(date(2026, 2, 15)) == "春节"  # the Sunday that the holiday begins with
    assert working.name_of(date(2026, 2, 28)) == ""


def test_a_year_without_notice_has_its_thirteen_days_and_is_provisional():
    assert not working.is_known(2027)
    off = [d for d in working.statutory_days(2027) if d.month == 2]
    assert date(2027, 2, 5) in off  # the eve of the spring festival
    assert not working.is_working_day(date(2027, 6, 9))  # 端午节
    assert not working.is_working_day(date(2027, 10, 1))
    assert working.is_working_day(date(2027, 1, 4))
    assert not working.is_working_day(date(2027, 1, 9))  # a Saturday like any other
    assert working.is_provisional(date(2026, 12, 30), date(2027, 1, 2))
    assert not working.is_provisional(date(2026, 12, 30), date(2026, 12, 31))


def test_a_notice_that_was_entered_is_taken_at_its_word(enter, invented):
    enter(changes.enter_notice, invented)
    assert working.is_known(2027)
    assert not working.is_working_day(date(2026, 12, 31))
    assert working.is_working_day(date(2027, 1, 3))  # a Sunday
    assert not working.is_working_day(date(2027, 2, 11))
    assert not working.is_working_day(date(2027, 1, 9))  # a Saturday like any other
    # What the notice does not name is as its weekday, whatever was expected before.
    assert working.is_working_day(date(2027, 6, 9))


def test_a_second_notice_of_a_year_takes_the_place_of_the_first(enter, invented):
    enter(changes.enter_notice, invented)
    enter(
        changes.enter_notice,
        invented.replace("2月5日至11日放假调休，共7天", "2月5日至10日放假调休，共6天"),
    )
    assert working.is_working_day(date(2027, 2, 11))


def test_the_institution_s_own_word_wins(enter, invented):
    enter(changes.set_day, date(2026, 11, 24), works=False, name="司庆日", reason="十周年")
    assert not working.is_working_day(date(2026, 11, 24))
    assert working.name_of(date(2026, 11, 24)) == "司庆日"
    enter(changes.set_day, date(2027, 2, 8), works=True, name="", reason="值班")
    enter(changes.enter_notice, invented)
    assert working.is_working_day(date(2027, 2, 8))
    enter(changes.take_back_day, date(2027, 2, 8), reason="写错了")
    assert not working.is_working_day(date(2027, 2, 8))


def test_days_are_counted_after_the_first(enter):
    # Friday 13 to Tuesday 17 February 2026: Saturday is worked, Sunday begins the holiday.
    assert working.working_days(date(2026, 2, 13), date(2026, 2, 17)) == 1
    assert working.nth_working_day(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert working.nth_working_day(date(2026, 2, 15), 0) == date(2026, 2, 15)
    assert working.working_days(date(2026, 2, 13), date(2026, 2, 13)) == 0
    assert working.working_days(date(2026, 11, 20), date(2026, 11, 27)) == 5
    assert working.nth_working_day(date(2026, 2, 14), 1) == date(2026, 2, 24)


def test_a_day_is_named_only_where_somebody_has_named_it(enter, invented):
    new_year = date(2027, 1, 1)
    assert (working.name_of(new_year), working.name_of(date(2026, 1, 1))) == ("", "元旦")
    enter(changes.enter_notice, invented)
    assert working.name_of(new_year) == "元旦"
    assert working.name_of(date(2027, 6, 9)) == ""


def test_a_notice_that_was_entered_names_its_days_and_not_the_package(enter, notice):
    """Corrected by hand: what it leaves out is no holiday, whatever the package carries."""
    without = notice[: notice.index("七、国庆节")]
    enter(changes.enter_notice, without)
    assert working.name_of(date(2026, 10, 1)) == ""
    assert working.is_working_day(date(2026, 10, 1))
    assert working.name_of(date(2026, 5, 1)) == "劳动节"


def test_what_another_process_entered_counts_after_a_while(monkeypatch):
    day = date(2026, 11, 24)
    assert working.is_working_day(day)
    SpecialDay.objects.create(day=day, works=False, name="停业")
    assert working.is_working_day(day)
    monkeypatch.setattr(working, "HELD", -1.0)
    assert not working.is_working_day(day)


def test_a_span_is_provisional_by_any_of_its_years():
    assert working.is_provisional(date(2026, 1, 1), date(2028, 1, 1))
    assert working.is_provisional(date(2027, 1, 1), date(2027, 1, 1))
    assert not working.is_provisional(date(2025, 12, 31), date(2026, 12, 31))
