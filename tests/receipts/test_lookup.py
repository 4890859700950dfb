"""Tail + amount + minute → one payment, or one more detail."""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from receipts.lookup import Facts, Found, MoreDetail, find, same_merchant
from receipts.models import Merchant, Payment

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 22, 19, 42, 16, tzinfo=SHANGHAI)
FACTS = Facts("4821", 38650, AT.replace(second=0))

pytestmark = pytest.mark.django_db
numbers = count(1)


@pytest.fixture
def shop():
    return Merchant.objects.create(merchant_no="898653058120001", name="半山听雨茶餐厅江北店")


def pay(shop, **facts) -> Payment:
    facts = {
        "card_tail": "4821",
        "amount_minor": 38650,
        "occurred_at": AT,
        "status": "settled",
    } | facts
    return Payment.objects.create(
        merchant=shop, local_date=AT.date(), source="test", source_id=str(next(numbers)), **facts
    )


def test_three_facts_find_the_one_payment(shop):
    assert find(FACTS) == MoreDetail()
    payment = pay(shop)
    assert find(FACTS) == Found(payment.pk)


@pytest.mark.parametrize("off", [-10, -5, 5, 10])
def test_a_few_minutes_off_do_not_matter(shop, off):
    payment = pay(shop, occurred_at=AT + timedelta(minutes=off))
    assert find(FACTS) == Found(payment.pk)


@pytest.mark.parametrize("off", [-11, 12])
def test_more_minutes_off_do(shop, off):
    pay(shop, occurred_at=AT + timedelta(minutes=off))
    assert find(FACTS) == MoreDetail()


def test_the_window_crosses_midnight(shop):
    payment = pay(shop, occurred_at=datetime(2026, 11, 22, 23, 58, tzinfo=SHANGHAI))
    facts = Facts("4821", 38650, datetime(2026, 11, 23, 0, 4, tzinfo=SHANGHAI))
    assert find(facts) == Found(payment.pk)


def test_the_phones_own_number_counts_as_the_cards(shop):
    payment = pay(shop, card_tail="1111", wallet_tail="4821")
    assert find(FACTS) == Found(payment.pk)


def test_the_authorised_amount_counts_as_the_settled(shop):
    payment = pay(shop, amount_minor=30000, authorised_minor=38650)
    assert find(FACTS) == Found(payment.pk)


def test_two_that_match_need_one_more_detail(shop):
    first = pay(shop, auth_code="204518")
    pay(shop, occurred_at=AT + timedelta(minutes=3), auth_code="204519")
    assert find(FACTS) == MoreDetail()
    assert find(Facts("4821", 38650, FACTS.moment, auth_code="204518")) == Found(first.pk)


def test_an_attempt_that_failed_gives_way_to_the_one_that_went_through(shop):
    failed = pay(shop, status="declined")
    assert find(FACTS) == Found(failed.pk)
    payment = pay(shop, occurred_at=AT + timedelta(minutes=1))
    assert find(FACTS) == Found(payment.pk)


def test_a_crowd_of_one_amount_needs_one_more_detail(shop, settings):
    payment = pay(shop, rrn="112219420386")
    for tail in range(settings.LOOKUP_CROWD_LIMIT - 1):
        pay(shop, card_tail=f"{tail:04d}")
    assert find(FACTS) == Found(payment.pk)
    pay(shop, card_tail="9999")
    assert find(FACTS) == MoreDetail()
    assert find(Facts("4821", 38650, FACTS.moment, rrn="112219420386")) == Found(payment.pk)


def test_with_a_merchants_name_the_crowd_is_counted_there(shop, settings):
    elsewhere = Merchant.objects.create(merchant_no="898653058120002", name="南坪鲜果铺")
    payment = pay(shop)
    for tail in range(settings.LOOKUP_CROWD_LIMIT + 5):
        pay(elsewhere, card_tail=f"{tail:04d}")
    assert find(FACTS) == MoreDetail()
    assert find(Facts("4821", 38650, FACTS.moment, merchant_name="半山听雨")) == Found(payment.pk)


def test_a_wrong_detail_finds_nothing(shop):
    pay(shop, auth_code="204518", rrn="112219420386")
    for detail in ({"auth_code": "000000"}, {"rrn": "000000000000"}, {"merchant_name": "渡口五金"}):
        assert find(Facts("4821", 38650, FACTS.moment, **detail)) == MoreDetail()


@pytest.mark.parametrize(
    "written",
    [
        "半山听雨",
        "财付通-半山听雨茶餐厅",
        "支付宝-半山听雨茶餐厅江北店",
        "重庆半山听雨茶餐厅",
        "听雨茶餐厅(江北",
    ],
)
def test_a_name_matches_as_banks_write_it(shop, written):
    assert same_merchant(written, shop)


@pytest.mark.parametrize("written", ["", "半", "财付通-", "南坪鲜果铺", "江北嘴停车场", "茶"])
def test_another_name_does_not(shop, written):
    assert not same_merchant(written, shop)


def test_every_answer_costs_the_same_queries(shop, django_assert_num_queries):
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        find(FACTS)
    pay(shop)
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        find(FACTS)


def test_it_reads_no_whole_table(shop, django_assert_num_queries):
    pay(shop)
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2) as asked:
        assert isinstance(find(FACTS), Found)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a table of one row is read whole otherwise
            cursor.execute("SET LOCAL enable_seqscan = off")
        for query in asked.captured_queries:
            how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{how} {query['sql']}")
            plan = " ".join(str(row) for row in cursor.fetchall())
            assert "SCAN receipts_payment" not in plan
            assert "Seq Scan on receipts_payment" not in plan
