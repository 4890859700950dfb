from datetime import date

from django.urls import path, register_converter

from portal.calendar import pages


class DayConverter:
    """2027-02-06"""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "calendar"
urlpatterns = [
    path("", pages.year, name="this_year"),
    path("<int:year>/", pages.year, name="year"),
    path("notice/", pages.enter_notice, name="notice"),
    path("day/", pages.set_day, name="day"),
    path("day/<day:day>/", pages.take_back, name="take_back"),
]
