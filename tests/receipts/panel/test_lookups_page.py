"""/desk/lookups/: what operations see of the look-up, and what a supervisor sets."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.gate import posture, tasks
from portal.gate.models import Attempt
from receipts.panel import lookups
from tests.cards import a_card_number
from tests.payments import TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PAGE, SETTING = "/desk/lookups/", "/desk/lookups/step-up/"
WORD = {"mode": "raised", "hours": "2", "reason": "有人连着试尾号"}


@pytest.fixture
def sign_in(make_member, client):
    def do(role: str):
        member = make_member(role)
        client.force_login(member.user)
        return member

    return do


def look_up(client, payment=None, **typed) -> None:
    client.post("/lookup/", TYPED | typed)


def text(client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "reads", "sets"),
    [
        ("operations", 200, 403),
        ("supervisor", 200, 200),
        ("auditor", 200, 403),
        ("support", 403, 403),
        ("administrator", 403, 403),
        ("manager", 403, 403),
        ("clerk", 403, 403),
    ],
)
def test_who_may_read_and_who_may_set(client, sign_in, role, reads, sets):
    sign_in(role)
    assert client.get(PAGE).status_code == reads
    assert client.get(SETTING).status_code == sets
    assert client.post(SETTING, WORD).status_code == (302 if sets == 200 else 403)
    assert Event.objects.filter(type="step_up_set").exists() == (sets == 200)


def test_a_stranger_is_led_to_the_sign_in(client):
    for path in (PAGE, SETTING):
        assert client.get(path)["Location"].startswith("/account/login/")


def test_it_counts_what_was_looked_up(client, sign_in, payment):
    sign_in("operations")
    look_up(client)
    for tail in ("1111", "2222", "3333"):
        look_up(client, card_tail=tail)
    page = text(client)
    assert "<b>4 次查询</b>" in page
    assert "<b>1 次</b>找到了，3 次请顾客补一项" in page
    assert "¥100.00–999.99" in page  # the cell that was tried three times
    assert "127.0.0.0/24" in page


def test_it_shows_no_tail_and_no_amount(client, sign_in, payment):
    sign_in("operations")
    for _ in range(3):
        look_up(client, card_tail="8642", amount="123.45")
    page = text(client)
    assert "8642" not in page
    assert "123.45" not in page
    assert Attempt.objects.first().tail_hash not in page


def test_four_weeks_by_day(client, sign_in, payment, pass_time):
    sign_in("operations")
    look_up(client)
    pass_time(days=3)
    tasks.learn()
    sign_in("operations")  # the session of three days ago is over
    assert "还没有人查过" in text(client)
    page = text(client, f"{PAGE}?days=28")
    assert "<b>1 次查询</b>" in page
    assert page.count('scope="row"') == 28
    assert "还没有人查过" in text(client, f"{PAGE}?days=9999999999")


def test_attack_mode_is_told_and_drawn(client, sign_in):
    sign_in("auditor")
    posture.too_many(timezone.now() - timedelta(hours=5))
    posture.look_again(timezone.now() - timedelta(hours=4))
    posture.too_many()
    look_up(client)
    page = text(client)
    assert "防护模式。</b>" in page
    assert "防护模式结束，历时 1 小时" in page
    assert page.count('class="bars-band"') == 2


def test_a_band_stands_where_the_attack_was(client):
    now = timezone.now()
    posture.too_many(now - timedelta(hours=5))
    posture.look_again(now - timedelta(hours=4))
    drawn = lookups.overview(1)
    band = next(rect for rect in drawn.bars.rects if rect.kind == "band")
    # 24 columns of 10, the last hour's first 40 minutes at the end: 15:40 − 5 h is column 18.67.
    assert float(band.x) == pytest.approx(186.7, abs=0.1)
    assert float(band.width) == pytest.approx(10, abs=0.1)


def test_a_supervisor_raises_it_and_others_see_who_and_why(client, sign_in, payment):
    member = sign_in("supervisor")
    assert client.post(SETTING, WORD)["Location"] == PAGE
    assert posture.is_attack()
    event = Event.objects.get(type="step_up_set")
    assert event.actor == Actor.member(member).id
    sign_in("auditor")
    page = text(client)
    assert f"{member.user}设的，到<time" in page
    assert page.count("有人连着试尾号") == 2
    look_up(client)
    assert Attempt.objects.get().outcome == "more"


def test_a_word_ends_by_itself(client, sign_in, pass_time):
    sign_in("supervisor")
    client.post(SETTING, WORD)
    pass_time(hours=2)
    tasks.look_again()
    sign_in("supervisor")
    page = text(client)
    assert "没有异常" in page
    assert "到时间了，恢复自动" in page


def test_a_supervisor_lifts_an_attack_and_goes_back(client, sign_in):
    sign_in("supervisor")
    posture.too_many()
    client.post(SETTING, WORD | {"mode": "lifted"})
    assert not posture.is_attack()
    assert "暂不进入防护模式。</b>" in text(client)
    client.post(SETTING, WORD | {"mode": "auto"})
    assert posture.is_attack()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"reason": "  "}, "请写明原因"),
        ({"reason": "长" * 301}, "最多 300 个字"),
        ({"mode": "off"}, "请选一种"),
        ({"hours": "9999"}, "请选多久"),
    ],
)
def test_what_is_wrong_is_told_and_kept(client, sign_in, typed, message):
    sign_in("supervisor")
    page = client.post(SETTING, WORD | {"reason": "连着试"} | typed).content.decode()
    assert page.count(message) == 2
    assert not Event.objects.filter(type="step_up_set").exists()


def test_no_card_number_gets_into_the_trail(client, sign_in):
    sign_in("supervisor")
    number = a_card_number()
    page = client.post(SETTING, WORD | {"reason": f"卡 {number}"}).content.decode()
    assert number not in page
    assert "像有一个卡号" in page
    assert not Event.objects.filter(type="step_up_set").exists()


def test_the_page_costs_the_same_with_many_rows(client, sign_in, payment):
    sign_in("operations")
    text(client)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            text(client)
        return len(captured)

    before = cost()
    now = timezone.now()
    Attempt.objects.bulk_create(
        Attempt(
            at=now - timedelta(minutes=number),
            tail_hash=f"t{number}",
            cell_hash=f"c{number % 50}",
            amount_bucket=5,
            network=f"198.51.{number % 30}.0/24",
            outcome="more",
            matched=False,
            canary="x" if number % 100 == 0 else "",
        )
        for number in range(1500)
    )
    assert cost() == before
