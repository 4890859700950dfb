"""Payments, merchants and files for the institution's staff."""

import json
from datetime import datetime

import pytest
from django.db import connection

from portal.accounts.actor import Actor
from portal.audit.models import Event
from receipts.models import ImportFile, PutAside
from receipts.panel import search
from tests.payments import SHANGHAI

pytestmark = pytest.mark.usefixtures("clock")
AFTER = f"{datetime(2026, 11, 23, 15, tzinfo=SHANGHAI).timestamp()}_{'f' * 32}"


@pytest.fixture
def find(client, sign_in):
    sign_in("support")
    return lambda **query: client.get("/desk/payments/", query)


def found(response):
    return [payment.pk for payment in response.context["search"].payments]


@pytest.mark.parametrize(
    "query",
    [
        {"tail": "4821"},
        {"amount": "¥1,234.50"},
        {"amount": "1234.5元"},
        {"rrn": "112300000077"},
        {"merchant": "898521058129999"},
        {"merchant": "小雨文具店"},
        {"merchant": "文具"},
        {"tail": "4821", "day": "2026-11-23"},
    ],
)
def test_each_way_finds_the_payment(find, make_payment, make_merchant, query):
    shop = make_merchant("小雨文具店", merchant_no="898521058129999")
    wanted = make_payment(
        shop, card_tail="4821", amount_minor=123450, rrn="112300000077", wallet_tail="9931"
    )
    make_payment()
    assert found(find(**query)) == [wanted.pk]


def test_the_phones_own_tail_finds_it_too(find, make_payment):
    wanted = make_payment(wallet_tail="9931")
    assert found(find(tail="9931")) == [wanted.pk]


@pytest.mark.parametrize(
    "query",
    [
        {"terminal": "65301842"},
        {"voucher": "4182"},
        {"auth": "20A518"},
        {"amount": "1234", "amount_to": "1235", "day": "2026-11-23"},
        {"day": "2026-11-21", "until": "2026-11-23"},
        {"q": "004182"},
        {"q": "授权码 20a518"},
        {"q": "65301842 今天"},
        {"q": "文具 1234.50"},
        {"q": "1234.50 11月23日 4821"},
    ],
)
def test_every_number_of_the_slip_finds_it(find, make_payment, make_merchant, make_terminal, query):
    shop = make_merchant("小雨文具店")
    wanted = make_payment(
        shop,
        terminal=make_terminal(shop, terminal_no="65301842"),
        card_tail="4821",
        amount_minor=123450,
        voucher_no="004182",
        auth_code="20A518",
    )
    make_payment(at=datetime(2026, 11, 20, 14, 5))
    assert found(find(**query)) == [wanted.pk]


def test_six_digits_may_be_either_code(find, make_payment):
    by_voucher = make_payment(voucher_no="004182")
    by_auth = make_payment(auth_code="004182", at=datetime(2026, 11, 22, 9, 0))
    assert found(find(q="004182")) == [by_voucher.pk, by_auth.pk]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"day": "2026-11-01", "until": "2026-11-20"}, "until"),
        ({"amount": "10", "amount_to": "20"}, "day"),
        ({"q": "10-20元"}, "day"),
    ],
)
def test_what_would_walk_through_all_payments_is_refused_with_what_to_add(
    find, make_payment, query, field
):
    make_payment(amount_minor=1500, at=datetime(2026, 11, 10, 9, 0))
    page = find(**query)
    assert list(page.context["search"].wanted.errors) == [field]
    assert found(page) == []
    assert "或再填商户" in page.text


def test_with_a_merchant_the_same_is_answered(find, make_payment, make_merchant):
    wanted = make_payment(
        make_merchant("小雨文具店"), amount_minor=1500, at=datetime(2026, 11, 10, 9, 0)
    )
    range_of_days = {"day": "2026-11-01", "until": "2026-11-20"}
    assert found(find(q="小雨 10-20元", **range_of_days)) == [wanted.pk]


def test_no_such_terminal_is_said_beside_it(find, make_payment):
    make_payment()
    assert list(find(terminal="999").context["errors"]) == ["terminal"]
    assert list(find(q="99999999").context["errors"]) == ["q"]


def test_several_merchants_of_a_name_are_offered(find, make_merchant, make_payment):
    shops = [make_merchant(f"小雨文具店 {n} 号") for n in range(2)]
    make_payment(shops[0])
    page = find(merchant="小雨", tail="7712")
    assert found(page) == []
    for shop in shops:
        assert f"?merchant={shop.merchant_no}&amp;tail=7712" in page.text


def test_a_whole_card_number_does_not_stay_in_the_address(find):
    for field in ("tail", "q", "rrn"):
        response = find(**{field: "6" * 16})
        assert response.headers["Location"] == "/desk/payments/"


@pytest.mark.parametrize(
    ("field", "text"),
    [("amount", "1e3"), ("amount", "-5"), ("tail", "12"), ("rrn", "123"), ("day", "32.13.")],
)
def test_what_cannot_be_read_is_an_error_at_its_field(find, field, text):
    assert list(find(**{field: text}).context["errors"]) == [field]


def test_pages_follow_each_other_without_gap_or_repeat(find, make_payment, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 3)
    made = {make_payment().pk for _ in range(8)}  # all of the same minute
    seen, after = [], ""
    for _page in range(3):
        page = find(q="7712", after=after)
        seen += found(page)
        after = page.context["search"].page.next
    assert (after, len(seen), set(seen)) == ("", 8, made)


def test_a_search_leaves_one_event_with_its_fields_and_no_value_in_clear(find, make_payment):
    payment = make_payment(card_tail="4821")
    find(tail="4821", q="386.50")
    event = Event.objects.get(type="payments.searched")
    told = json.loads(event.text)
    assert told["after"] == {"fields": ["tail", "amount"], "found": 1, "more": False}
    assert "4821" not in event.text
    assert dict(event.openings.values_list("field", "value")) == {
        "tail": "4821",
        "amount": "38650",
    }
    find(tail="4821", after=f"{payment.occurred_at.timestamp()}_{payment.pk.hex}")
    find()
    find(tail="48")
    assert Event.objects.filter(type="payments.searched").count() == 1


@pytest.mark.parametrize(
    "query",
    [
        {"tail": "4821"},
        {"amount": "386.50"},
        {"rrn": "112300000077"},
        {"merchant": "样品店1"},
        {"merchant": "样品店1", "day": "2026-11-23"},
        {"voucher": "000001"},
        {"auth": "204519"},
        {"q": "204519"},
        {"terminal": "00000001"},
        {"day": "2026-11-22", "until": "2026-11-23", "amount": "1", "amount_to": "900"},
        {"day": "2026-11-23"},
    ],
)
def test_every_way_stands_on_an_index(make_payment, make_merchant, support, query):
    """Read from the plan: no way in walks the whole table."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    make_payment(make_merchant("样品店1"))
    plan = search.run(query, support, AFTER).rows.explain()
    assert "SCAN receipts_payment" not in plan
    assert "Seq Scan on receipts_payment" not in plan


def test_a_payment_is_shown_with_its_merchant_and_slip(client, sign_in, make_payment):
    sign_in("support")
    payment = make_payment()
    text = client.get(f"/desk/payments/{payment.pk}/").text
    for words in (payment.merchant.merchant_no, "**** 7712", "已结算", "缺纸"):
        assert words in text, words
    response = client.get(f"/desk/payments/{payment.pk}/slip.pdf")
    assert response.content.startswith(b"%PDF")


def test_an_auditor_reads_and_issues_nothing(client, sign_in, make_payment):
    sign_in("auditor")
    payment = make_payment()
    assert "slip.pdf" not in client.get(f"/desk/payments/{payment.pk}/").text
    for path in ("slip.pdf", "slip-a4.pdf"):
        assert client.get(f"/desk/payments/{payment.pk}/{path}").status_code == 403
    assert not payment.slip_issues.exists()


@pytest.mark.parametrize("path", ["payments/", "merchants/", "imports/"])
def test_neither_merchants_nor_administrators_nor_strangers_get_in(
    client, sign_in, make_payment, path
):
    payment = make_payment()
    paths = {path, f"payments/{payment.pk}/", f"payments/{payment.pk}/slip.pdf"}
    for each in paths:
        assert client.get(f"/desk/{each}").status_code == 302
    for role in ("clerk", "manager", "administrator"):
        sign_in(role)
        for each in paths:
            assert client.get(f"/desk/{each}").status_code == 403


def test_merchants_are_listed_and_found(client, sign_in, make_merchant, make_terminal):
    sign_in("support")
    shop = make_merchant("小雨文具店")
    make_terminal(shop)
    make_merchant("别家")
    assert "别家" in client.get("/desk/merchants/").text
    page = client.get("/desk/merchants/?q=文具").context["page"]
    assert [(m.name, m.terminal_count) for m in page.rows] == [("小雨文具店", 1)]


@pytest.fixture
def file(db):
    file = ImportFile.objects.create(
        name="settlement.csv",
        format="canonical",
        sha256="a" * 64,
        size=9,
        state="done",
        read=12,
        created=9,
        put_aside=3,
        started_by="system:import",
    )
    for line, reason in (
        (2, "amount"),
        (5, "amount"),
        (7, "time"),
    ):
        PutAside.objects.create(import_file=file, line=line, column="amount", reason=reason)
    return file


@pytest.mark.parametrize("role", ["operations", "supervisor", "auditor"])
def test_files_are_listed_with_their_counts(client, sign_in, file, role):
    sign_in(role)
    assert "settlement.csv" in client.get("/desk/imports/files/").text
    page = client.get(f"/desk/imports/{file.pk}/")
    assert [row.line for row, *_words in page.context["rows"].rows] == [2, 5, 7]
    assert [each.rows for each in page.context["reasons"]] == [2, 1]
    assert "金额读不懂 2" in page.text


def test_rows_put_aside_are_narrowed_by_reason(client, sign_in, file):
    sign_in("operations")
    page = client.get(f"/desk/imports/{file.pk}/?reason=time")
    assert [row.line for row, *_words in page.context["rows"].rows] == [7]


def test_support_has_no_business_with_files(client, sign_in, file):
    sign_in("support")
    for path in ("", f"{file.pk}/"):
        assert client.get(f"/desk/imports/{path}").status_code == 403
    assert "/desk/imports/" not in client.get("/desk/").text


def test_pages_cost_a_fixed_number_of_queries(
    client, sign_in, make_payment, file, django_assert_num_queries
):
    sign_in("operations")
    payment = make_payment()
    client.get("/desk/payments/")
    with django_assert_num_queries(2):
        client.get("/desk/payments/")
    # Five of them write down that it was searched; six on SQLite, where an event takes two.
    with django_assert_num_queries(8 if connection.vendor == "postgresql" else 9):
        client.get("/desk/payments/?tail=7712")
    with django_assert_num_queries(8):  # one asks the view budget
        client.get(f"/desk/payments/{payment.pk}/")
    with django_assert_num_queries(3):
        client.get("/desk/merchants/")
    with django_assert_num_queries(3):
        client.get("/desk/imports/files/")
    with django_assert_num_queries(6):
        client.get(f"/desk/imports/{file.pk}/")


def test_the_actor_of_a_task_sees_no_payment(make_payment):
    make_payment()
    assert search.run({"tail": "7712"}, Actor.system("test")).payments == []
