"""The second outcome: the same page whatever the reason."""

import re
from datetime import datetime

import pytest

from portal.gate.models import Pass
from tests.pages import CHINESE, assert_kept_rules, attribute, hidden, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

AT = datetime(2026, 11, 22, 19, 42, 16)
TYPED = {"card_tail": "4821", "date": "2026-11-22", "time": "19:42", "amount": "386.50"}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def body(response) -> str:
    """The page without what is drawn anew for every answer."""
    return TOKEN.sub("", response.content.decode())


def test_none_and_several_and_crowded_look_the_same(client, make_payment, settings):
    none = client.post("/lookup/", TYPED)
    make_payment(card_tail="4821", at=AT)
    make_payment(card_tail="4821", at=AT)
    several = client.post("/lookup/", TYPED)
    settings.LOOKUP_CROWD_LIMIT = 0
    other = TYPED | {"card_tail": "7712"}
    make_payment(card_tail="7712", at=AT)
    crowded = client.post("/lookup/", other)
    assert none.status_code == several.status_code == crowded.status_code == 200
    assert body(none) == body(several) == body(crowded).replace("7712", "4821")
    names = [set(answer.headers) - {"Content-Length"} for answer in (none, several, crowded)]
    assert names[0] == names[1] == names[2]
    assert not Pass.objects.exists()


def test_it_never_says_why(client):
    words = text(client.post("/lookup/", TYPED))
    assert "还差一点信息" in words
    for word in ("没有找到", "查不到", "不存在", "错误", "太多", "多笔"):
        assert word not in words


def test_it_always_says_when_payments_arrive(client, settings):
    settings.PAYMENTS_ARRIVE_AT = "09:30"
    assert "今天付的款，明天 09:30 后能查到" in text(client.post("/lookup/", TYPED))


def test_its_form_is_a_complete_look_up_again(client, make_payment):
    found = make_payment(card_tail="4821", at=AT, auth_code="381604")
    make_payment(card_tail="4821", at=AT, auth_code="999999")
    html = client.post("/lookup/", TYPED | {"amount": "￥386.5", "time": "1942"}).content.decode()
    form = re.search(r'<form class="more".*?</form>', html, re.S)[0]
    answer = client.post("/lookup/", hidden(form) | {"auth_code": "381604"})
    assert answer.headers["Location"] == f"/payment/{found.pk}/"


def test_a_mistake_in_a_detail_stays_on_the_page(client):
    page = client.post("/lookup/", TYPED | {"detail": "1", "auth_code": "12"})
    html = page.content.decode()
    assert "还差一点信息" in text(page)
    assert "授权码是 6 位数字或字母" in text(page)
    assert attribute(html, "input", "auth_code", "value") == "12"
    assert_kept_rules(page)


def test_its_examples_are_constants(client, make_merchant, make_payment):
    make_payment(make_merchant("半山听雨茶餐厅"), card_tail="4821", at=AT, auth_code="381604")
    make_payment(make_merchant("半山听雨茶餐厅"), card_tail="4821", at=AT, auth_code="381605")
    words = text(client.post("/lookup/", TYPED))
    assert "小雨文具店" in words
    assert "204518" in words
    assert "半山听雨" not in words
    assert "38160" not in words


def test_what_was_typed_can_be_changed(client):
    html = client.post("/lookup/", TYPED).content.decode()
    change = re.search(r'<form class="card asked".*?</form>', html, re.S)[0]
    assert 'action="/"' in change
    assert hidden(change) == TYPED


def test_a_person_can_be_asked_with_the_facts_and_by_when(client):
    page = client.post("/lookup/", TYPED | {"merchant_name": "小雨文具"})
    form = re.search(r'<form class="person".*?</form>', page.content.decode(), re.S)[0]
    assert hidden(form) == TYPED | {"kind": "find_payment", "merchant_name": "小雨文具"}
    assert "最迟 12月8日 周二 24:00" in text(page)


def test_it_says_what_was_looked_for(client):
    assert "尾号 4821，11月22日 周日 19:42 ¥386.50" in text(client.post("/lookup/", TYPED))


def test_it_speaks_english(client):
    client.cookies["language"] = "en"
    words = text(client.post("/lookup/", TYPED))
    assert "One more detail, please" in words
    # The names of the numbers as banks write them, and a shop's name.
    assert set(CHINESE.findall(words)) == {"中文", "小雨文具店", "参考号", "检索号"}


def test_it_is_in_nobodys_list(client):
    assert client.post("/lookup/", TYPED).headers["X-Robots-Tag"] == "noindex"
