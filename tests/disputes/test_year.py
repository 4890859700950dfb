"""The year: the disclosure table, the register, and the cases behind each figure."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from disputes import moment
from disputes.models import Case
from disputes.year import figures, handled
from portal.calendar import changes
from portal.outbox.tasks import sweep
from tests.disputes.deeds import DEEDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]  # 23 November 2026, 15:40
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _no_memory():
    cache.clear()


@pytest.fixture
def live(open_case, support, close):
    """`live("2026-03-02 09:00", "2026-03-03 18:00")`: a case of then, closed then."""

    def do(opened: str, closed: str = "", **values) -> Case:
        values = {"contact": f"c{Case.objects.count()}@example.org"} | values
        with moment.at(datetime.fromisoformat(opened).replace(tzinfo=CHINA)):
            case = open_case(**values)
        if closed:
            with moment.at(datetime.fromisoformat(closed).replace(tzinfo=CHINA)):
                close(case, support)
        return case

    return do


def counted(year: int, of: str = "transaction") -> tuple[int, ...]:
    found = figures.of(year).classes[of]
    return found.all, found.handled, found.in_one, found.in_three, found.later, found.open


def test_working_days_are_those_of_the_calendar(live):
    live("2026-03-02 09:00", "2026-03-02 18:00")  # the same day
    live("2026-03-06 23:59", "2026-03-09 23:59")  # Friday to Monday: one
    live("2026-03-06 09:00", "2026-03-10 00:00")  # two
    live("2026-02-13 09:00", "2026-02-25 12:00")  # over the Spring Festival: three
    live("2026-03-02 09:00", "2026-03-06 09:00")  # four
    live("2026-03-02 09:00")
    assert counted(2026) == (6, 5, 2, 2, 1, 1)
    assert counted(2026, "service") == (0, 0, 0, 0, 0, 0)


def test_29_february_and_the_turn_of_the_year(live):
    live("2028-02-28 20:00", "2028-02-29 20:00")
    live("2028-02-29 20:00", "2028-03-01 20:00")
    assert [case.handled_days for case in Case.objects.order_by("pk")] == [1, 1]
    # 31 December, a minute to midnight in China, is 15:59 in Greenwich: of the old year.
    live("2025-12-31 23:59", "2026-01-05 10:00")
    live("2026-01-01 00:00")
    assert (counted(2025)[0], counted(2026)[0]) == (1, 1)
    assert Case.objects.get(handled_days=2)  # 4 (made up for) and 5 January


def test_requests_and_merged_cases_stand_beside_and_service_apart(live, support):
    live("2026-11-02 09:00", kind="find_payment", payment=None)
    live("2026-11-02 09:00", "2026-11-20 09:00", kind="service_complaint")
    twin = live("2026-11-02 09:00")
    DEEDS["escalate"](twin, support)
    DEEDS["merge"](twin, support)
    found = figures.of(2026)
    # The one that it was merged into is an open complaint of its own.
    assert (found.requests, found.merged, counted(2026)[0]) == (1, 1, 1)
    assert counted(2026, "service") == (1, 1, 0, 0, 1, 0)
    assert found.share == f"{10_000 / found.payments:.2f}"


def test_taken_up_again_it_is_not_handled(live, consumer_of):
    case = live("2026-11-16 09:00", "2026-11-17 09:00")
    assert counted(2026)[:3] == (1, 1, 1)
    DEEDS["continue_case"](case, consumer_of(case))
    assert counted(2026)[:3] == (1, 0, 0)


def test_another_calendar_counts_the_days_anew(live, make_actor):
    case = live("2026-11-16 09:00", "2026-11-18 09:00")
    admin = make_actor("administrator")
    changes.set_day(date(2026, 11, 17), works=False, name="停业", actor=admin, reason="搬家")
    sweep()
    sweep()
    case.refresh_from_db()
    assert case.handled_days == 1


def test_what_nobody_has_counted_is_said_and_counted_by_the_worker(live, client, sign_in):
    live("2026-11-16 09:00", "2026-11-18 09:00")
    Case.objects.update(handled_days=None)
    assert figures.of(2026).uncounted == 1
    sign_in("support")
    assert "有 1 件的工作日还在算" in client.get("/desk/year/2026/").text
    assert handled.fill() == 1
    assert counted(2026)[1:4] == (1, 0, 1)


def test_every_figure_opens_the_cases_behind_it(live, client, sign_in):
    live("2026-03-02 09:00", "2026-03-02 18:00")
    live("2026-03-02 09:00", "2026-03-06 09:00")
    live("2026-03-02 09:00", kind="service_complaint")
    live("2026-03-02 09:00", kind="find_payment", payment=None)
    sign_in("auditor")
    page = client.get("/desk/year/2026/").text
    for of in (*figures.CLASSES, *figures.BESIDE):
        for part in figures.PARTS if of in figures.CLASSES else ("all",):
            query = f"?of={of}&part={part}"
            number = Case.objects.filter(figures.condition(of, part)).count()
            address = f"/desk/year/2026/cases/{query.replace('&', '&amp;')}"
            assert f'href="{address}">{number}</a>' in page, (of, part)
            listed = client.get(f"/desk/year/2026/cases/{query}").text
            assert listed.count("/desk/cases/") == number, (of, part)
    assert client.get("/desk/year/2026/cases/?of=nothing").status_code == 404
    assert client.get("/desk/year/2027/").status_code == 404
    assert client.get("/desk/year/").url == "/desk/year/2026/"


def test_both_are_files_with_who_and_when_and_definitions(live, client, sign_in):
    live("2026-03-02 09:00", "2026-03-02 18:00")
    me = sign_in("support")
    table = list(csv.reader(io.StringIO(_body(client, "/desk/year/2026/table.csv"))))
    assert table[1][:4] == ["2026", "交易类投诉", "1", "10000.00 BP"]
    assert "每一万笔交易里有几件" in table[1][4]
    assert table[1][6] == me.user.get_username()
    register = list(csv.DictReader(io.StringIO(_body(client, "/desk/year/2026/register.csv"))))
    assert (register[0]["类别"], register[0]["工作日"]) == ("交易类", "0")
    assert "example.org" not in str(register)


def test_the_year_that_is_not_over_and_the_calendar_that_is_not_out_are_said(
    live, client, sign_in, clock
):
    sign_in("support")
    assert "这一年还没有过完" in client.get("/desk/year/2026/").text
    clock.move_to(datetime(2027, 1, 15, 12, tzinfo=CHINA))
    sign_in("support")
    assert figures.of(2026).provisional
    page = client.get("/desk/year/2026/").text
    assert "2027-01-31 前公布" in page
    assert "暂按法定节假日" in page


def _body(client, address: str) -> str:
    return b"".join(client.get(address)).decode().removeprefix("\ufeff")
