"""Working days of China: public holidays off, make-up days in."""

from datetime import date

import chinese_calendar

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """By the State Council's yearly notice; Monday to Friday in a year whose notice is not out."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < SATURDAY
