"""Files that are expected: operations see, add and change them; others see at most."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from portal.audit.models import Event
from receipts.models import FileSource, ImportFile
from receipts.watch import habits
from tests.pages import assert_kept_rules, text

LIST, ADD = "/desk/imports/expected/", "/desk/imports/expect/"
NIGHT = {
    "name": "night",
    "pattern": "night-*.csv",
    "format": "canonical",
    "rule": "working",
    "due_at": "06:30",
    "grace_minutes": "15",
}


@pytest.fixture
def night(db, clock) -> FileSource:
    call_command("file_source", "night", "--pattern", "night-*.csv", "--due", "18:00")
    return FileSource.objects.get()


@pytest.fixture
def came(db, clock):
    """`came("a-1.csv", day, "05:40")`: a file of that name was loaded then."""

    def make(name: str, day: date, hour: str) -> None:
        at = datetime.combine(day, time.fromisoformat(hour), ZoneInfo("Asia/Shanghai"))
        ImportFile.objects.create(
            name=name,
            format="canonical",
            sha256=f"{ImportFile.objects.count():064}",
            size=1,
            state="done",
            started_by="system:test",
            finished_at=at,
        )

    return make


def a_month(came, pattern: str, hours=("05:10", "05:40"), off=(5, 6)) -> None:
    for number in range(28):
        day = date(2026, 11, 22) - timedelta(days=number)
        if day.weekday() not in off:
            came(pattern.format(f"{day:%Y%m%d}"), day, hours[number % len(hours)])


def test_operations_add_a_source(client, sign_in):
    sign_in("operations")
    assert "还没有说过哪些文件应到" in text(client.get(LIST))
    response = client.get(ADD)
    assert_kept_rules(response)
    assert client.post(ADD, NIGHT).headers["Location"] == LIST
    source = FileSource.objects.get()
    assert (source.days, source.due_at, source.grace_minutes) == ("working", time(6, 30), 15)
    page = client.get(LIST)
    assert_kept_rules(page)
    assert "工作日（按国家放假安排） 06:30 前，宽限 15 分钟" in text(page)
    assert Event.objects.get(type="file_source_set").actor.startswith("user:")


def test_they_choose_weekdays_of_their_own(client, sign_in):
    sign_in("operations")
    client.post(ADD, NIGHT | {"rule": "list", "weekdays": ["thu", "mon"]})
    assert FileSource.objects.get().days == "mon,thu"
    assert "周一、周四 06:30 前" in text(client.get(LIST))


def test_they_change_it_and_stop_expecting_it(client, sign_in, night):
    sign_in("operations")
    url = f"{LIST}night/"
    page = client.get(url)
    assert_kept_rules(page)
    assert 'value="18:00"' in page.content.decode()
    assert client.post(url, NIGHT | {"due_at": ""}).status_code == 302
    night.refresh_from_db()
    assert (night.due_at, night.days) == (None, "working")
    assert "没有定时间，不提醒" in text(client.get(LIST))
    client.post(url, {"do": "remove"})
    assert not FileSource.objects.exists()
    assert Event.objects.filter(type="file_source_removed").count() == 1
    assert client.post(url, {"do": "remove"}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Night!"}, "小写字母"),
        ({"name": ""}, "请起一个名称"),
        ({"pattern": "a/*.csv"}, "不含文件夹"),
        ({"pattern": ""}, "请填文件名的样子"),
        ({"rule": "list"}, "请选文件在哪些天来"),
        ({"due_at": "half past"}, "请填时间"),
        ({"grace_minutes": "-1"}, "请填分钟数"),
        ({"grace_minutes": "9999"}, "最多 12 小时"),
        ({"format": "/etc/passwd"}, "passwd"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client, sign_in, changes, said):
    sign_in("operations")
    response = client.post(ADD, NIGHT | changes)
    assert response.status_code == 200
    assert said in text(response)
    assert 'role="alert"' in response.content.decode()
    assert not FileSource.objects.exists()


def test_a_name_is_given_once(client, sign_in, night):
    sign_in("operations")
    assert "已经有这个名称了" in text(client.post(ADD, NIGHT))
    night.refresh_from_db()
    assert night.days == "daily"


def test_a_mapping_file_set_by_command_is_kept_and_no_other_can_be_named(client, sign_in, night):
    sign_in("operations")
    FileSource.objects.update(format="/srv/mine.toml")
    assert "/srv/mine.toml" in client.get(f"{LIST}night/").content.decode()
    client.post(f"{LIST}night/", NIGHT | {"format": "/srv/other.toml"})
    night.refresh_from_db()
    assert night.format == "/srv/mine.toml"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "今天 18:00 前应到"),
        ({"missing_for": date(2026, 11, 22)}, "昨天的没有来"),
        ({"last_came_on": date(2026, 11, 23)}, "今天的到了"),
        ({"days": "tue"}, "今天不来"),
    ],
)
def test_the_list_says_how_each_stands(client, sign_in, night, values, said):
    FileSource.objects.update(**values)
    sign_in("supervisor")
    assert said in text(client.get(LIST))


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_readers_see_and_change_nothing(client, sign_in, night, role):
    sign_in(role)
    page = client.get(LIST).content.decode()
    assert "night-*.csv" in page
    assert "/expect" not in page.replace(LIST, "").split("<main", 1)[-1]
    for url in (ADD, f"{LIST}night/"):
        assert client.get(url).status_code == 403
        assert client.post(url, NIGHT | {"do": "remove"}).status_code == 403
    assert FileSource.objects.get().days == "daily"


@pytest.mark.parametrize("role", ["clerk", "manager", "support", "administrator"])
def test_nobody_else_sees_them(client, sign_in, night, role):
    sign_in(role)
    for url in (LIST, ADD, f"{LIST}night/"):
        assert client.get(url).status_code == 403


# --- habits ----------------------------------------------------------------------------------


def test_files_that_keep_coming_are_suggested_and_fill_the_form(client, sign_in, came):
    a_month(came, "pay-{}.csv")
    sign_in("operations")
    page = client.get(LIST)
    assert "pay-*.csv" in text(page)
    assert "周一至周五 05:45 前；两个月里来过 20 天" in text(page)
    form = client.get(ADD, {"pattern": "pay-*.csv"}).content.decode()
    assert 'value="pay-*.csv"' in form
    assert 'value="05:45"' in form
    client.post(ADD, NIGHT | {"pattern": "pay-*.csv"})
    assert "常来、还没有人等的文件" not in text(client.get(LIST))
    assert "近两个月：周一至周五，多在 05:45 前到" in text(client.get(f"{LIST}night/"))


def test_a_habit_of_some_weekdays(came):
    a_month(came, "{}_x.csv", off=(0, 1, 2, 4, 6))
    assert [(h.pattern, h.days) for h in habits.read([]).values()] == [("*_x.csv", "thu,sat")]


def test_a_habit_of_every_day_and_one_late_night(came):
    a_month(came, "d{}.csv", off=())
    came("d20261123.csv", date(2026, 11, 23), "15:20")
    habit = habits.read([])["d*.csv"]
    assert (habit.days, habit.due_at, habit.on_days) == ("daily", time(5, 45), 29)


def test_few_days_are_no_habit(came):
    for day in range(1, 5):
        came(f"x{day}.csv", date(2026, 11, day), "05:00")
    assert habits.read([]) == {}


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("a-2026-11-20.csv", "a-*.csv"),
        ("2026_11_20.3.txt", "*.txt"),
        ("a[1].csv", "a[[]*].csv"),
        ("all.csv", ""),
    ],
)
def test_a_pattern_is_made_of_a_name(name, pattern):
    assert habits.pattern_of(name) == pattern
