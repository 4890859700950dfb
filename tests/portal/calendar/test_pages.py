"""The working calendar's pages."""

from datetime import date

import pytest

from portal.accounts.models import Role
from portal.calendar.models import NoticeYear, SpecialDay

pytestmark = pytest.mark.django_db


def test_the_year_shows_holidays_and_make_up_days_in_words(client, sign_in, clock):
    sign_in("support")
    page = client.get("/desk/calendar/").content.decode()
    assert "2026 年工作日历" in page
    assert 'day-makeup" title="上班">14<' in page
    assert 'day-off" title="放假 春节">17<' in page
    assert "暂定" not in page
    assert "/desk/calendar/notice/" not in page  # a reader is offered no deed


def test_a_year_without_notice_says_that_it_is_provisional(client, sign_in, clock):
    sign_in(Role.ADMINISTRATOR)
    page = client.get("/desk/calendar/2027/").content.decode()
    assert "暂定" in page
    assert "放假通知还没有录入" in page
    assert 'href="/desk/calendar/notice/"' in page


@pytest.mark.parametrize("path", ["/desk/calendar/1999/", "/desk/calendar/2040/"])
def test_years_far_away_are_not_found(client, sign_in, clock, path):
    sign_in("support")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("role", ["clerk", "manager"])
def test_merchants_see_no_calendar(client, sign_in, role):
    sign_in(role)
    assert client.get("/desk/calendar/").status_code == 403


@pytest.mark.parametrize("path", ["notice/", "day/", "day/2026-12-01/"])
def test_only_administrators_reach_the_forms(client, sign_in, path):
    sign_in("supervisor")
    assert client.get(f"/desk/calendar/{path}").status_code == 403


def test_a_notice_is_looked_at_before_it_is_entered(client, sign_in, invented, clock):
    sign_in(Role.ADMINISTRATOR)
    page = client.post("/desk/calendar/notice/", {"text": invented}).content.decode()
    assert "没有错，录入" in page
    assert "放假 7 天" in page
    assert "1月31日" in page
    assert not NoticeYear.objects.exists()
    answer = client.post("/desk/calendar/notice/", {"text": invented, "do": "enter"}, follow=True)
    assert answer.redirect_chain == [("/desk/calendar/2027/", 302)]
    assert "暂定" not in answer.content.decode()
    assert NoticeYear.objects.get().year == 2027


def test_a_notice_that_cannot_be_right_is_kept_in_the_box_and_explained(client, sign_in, invented):
    sign_in(Role.ADMINISTRATOR)
    text = invented.replace("共7天", "共8天")
    page = client.post("/desk/calendar/notice/", {"text": text, "do": "enter"}).content.decode()
    assert "与通知说的天数不符" in page
    assert "共8天" in page
    assert not NoticeYear.objects.exists()


def test_a_day_is_set_and_taken_back(client, sign_in, clock):
    sign_in(Role.ADMINISTRATOR)
    given = {"day": "2026-12-01", "works": "no", "name": "盘点", "reason": "年底盘点"}
    page = client.post("/desk/calendar/day/", given, follow=True).content.decode()
    assert "本机构的规定" in page
    assert "盘点" in page
    address = "/desk/calendar/day/2026-12-01/"
    assert "请写明原因" in client.post(address, {"reason": ""}).content.decode()
    assert SpecialDay.objects.get().day == date(2026, 12, 1)
    client.post(address, {"reason": "照旧"})
    assert not SpecialDay.objects.exists()
    assert client.post(address, {"reason": "照旧"}).status_code == 404


def test_a_day_that_cannot_be_is_refused_beside_its_field(client, sign_in, clock):
    sign_in(Role.ADMINISTRATOR)
    given = {"day": "2026-02-31", "works": "maybe", "name": "x" * 41, "reason": ""}
    page = client.post("/desk/calendar/day/", given).content.decode()
    assert "没有这一天" in page
    assert "请写明原因" in page
    assert not SpecialDay.objects.exists()
