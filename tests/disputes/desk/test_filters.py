"""Narrowing the queue, keeping that under a name, and its rows again while one works."""

from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import actions
from disputes.desk import queue
from disputes.desk.filters import Filters, address
from disputes.models import Case, SavedView
from portal.audit.models import Event
from receipts.models import Merchant

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def me(sign_in):
    return sign_in("support")


@pytest.fixture
def numbers(client, me):
    return lambda query: [row.number for row in client.get(f"/desk/?{query}").context["rows"]]


def test_each_filter_narrows_and_all_of_them_together(
    open_case, me, support, numbers, client, make_merchant, make_payment
):
    mine, slip = open_case(), open_case(kind="no_slip")
    elsewhere = open_case(payment=make_payment(make_merchant()))
    actions.assign(mine, actor=support, assignee=me.user)
    assert numbers("view=all&owner=me") == [mine.number]
    assert numbers(f"view=all&owner={me.user.public_id}") == [mine.number]
    assert set(numbers("view=all&owner=nobody")) == {slip.number, elsewhere.number}
    assert numbers("view=all&kind=no_slip") == [slip.number]
    assert numbers("view=all&stage=institution") == [elsewhere.number]
    assert numbers(f"view=all&merchant={elsewhere.merchant.merchant_no}") == [elsewhere.number]
    assert numbers("view=all&kind=no_slip&owner=me") == []
    assert client.get("/desk/?view=all&kind=no_slip").context["number"] == 1


def test_what_no_form_holds_narrows_nothing(case, numbers):
    assert numbers("view=all&kind=x&stage=y&owner=z&order=w") == [case.number]


def test_the_order_can_be_by_age(open_case, numbers):
    cases = [open_case() for _ in range(3)]
    Case.objects.filter(pk=cases[2].pk).update(due_at=timezone.now() - timedelta(days=1))
    order = [case.number for case in cases]
    assert numbers("view=all&order=old") == order
    assert numbers("view=all&order=new") == order[::-1]


def test_escalated_are_those_that_left_their_merchant(open_case, make_payment, support, numbers):
    left, stays = open_case(), open_case()
    actions.escalate(left, actor=support)
    begun_there = open_case(kind="service_complaint")
    assert numbers("view=escalated") == [left.number]
    assert stays.stage == "merchant"
    assert begun_there.stage == "institution"


def test_an_address_is_read_as_it_is_written():
    filters = Filters(kind="no_slip", owner="me", order="new", merchant="898100057330001")
    query = address("all", filters)
    assert query == "view=all&kind=no_slip&owner=me&merchant=898100057330001&order=new"
    assert Filters.read(dict(pair.split("=") for pair in query.split("&"))) == filters


def test_merchants_with_most_pressing_cases_stand_beside(open_case, client, me, make_payment, shop):
    open_case()
    open_case()
    first = client.get("/desk/").context["merchants"][0]
    assert (first.merchant_no, first.number) == (shop.merchant.merchant_no, 2)


def test_five_merchants_stand_there_those_with_most_first(open_case, support):
    begun = [open_case() for _number in range(8)]
    shops = [
        Merchant.objects.create(name=f"{number} 号店", merchant_no=f"89810005733{number:04}")
        for number in range(6)
    ]
    for case, shop in zip(begun, [*shops, shops[5], shops[4]], strict=True):
        Case.objects.filter(pk=case.pk).update(merchant=shop)
    found = queue.merchants(support)
    assert [(each.name, each.number) for each in found] == [
        *(("4 号店", 2), ("5 号店", 2)),
        *(("0 号店", 1), ("1 号店", 1), ("2 号店", 1)),
    ]


def test_a_view_is_kept_replaced_and_dropped(client, me):
    client.post("/desk/views/?view=all&kind=no_slip", {"name": " 小票的 "})
    client.post("/desk/views/?view=mine&kind=no_slip", {"name": "小票的"})
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("小票的", "view=mine&kind=no_slip")
    assert "小票的" in client.get("/desk/").text
    client.post("/desk/views/", {"drop": view.pk})
    assert not SavedView.objects.exists()
    kept = Event.objects.filter(subject=f"account:{me.user.public_id}").order_by("sequence")
    assert [each for (each,) in kept.values_list("type") if each.startswith("desk.")] == [
        "desk.view_kept",
        "desk.view_kept",
        "desk.view_dropped",
    ]


def test_what_is_written_into_the_address_is_made_anew(client, me):
    client.post("/desk/views/?view=x&evil=%3Cb%3E&kind=no_slip", {"name": "一"})
    assert SavedView.objects.get().query == "view=today&kind=no_slip"


def test_a_view_without_a_name_is_not_kept(client, me):
    answer = client.post("/desk/views/?view=all", {"name": " "}, follow=True)
    assert "起个名字" in answer.text
    assert not SavedView.objects.exists()


def test_views_are_ones_own(client, me, sign_in):
    client.post("/desk/views/?view=all", {"name": "我的一份"})
    pk = SavedView.objects.get().pk
    sign_in("supervisor")
    assert client.get("/desk/").context["own_views"] == ()
    client.post("/desk/views/", {"drop": pk})
    assert SavedView.objects.count() == 1


def test_rows_come_again_without_the_page(open_case, client, me):
    case = open_case()
    again = client.get("/desk/rows/?view=all")
    assert f'id="row-{case.number}"' in again.text
    assert "<html" not in again.text
    assert 'id="desk-views"' in again.text
    assert '<p id="queue-number">1 件</p>' in again.text


def test_a_filter_that_finds_nothing_says_so_and_offers_to_be_dropped(open_case, client, sign_in):
    sign_in("support")
    open_case()
    page = client.get("/desk/?view=all&merchant=999").text
    assert "没有符合条件的案件" in page
    assert 'href="/desk/?view=all">不筛选' in page
