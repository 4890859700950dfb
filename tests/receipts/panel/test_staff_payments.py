"""Payments, merchants and files for the institution's staff."""

import pytest
from django.db import connection

from portal.accounts.actor import Actor
from receipts.models import ImportFile, PutAside
from receipts.panel import search

pytestmark = pytest.mark.usefixtures("clock")


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


def test_a_day_alone_is_too_wide(find, make_payment):
    make_payment()
    page = find(day="2026-11-23")
    assert found(page) == []
    assert "请再填一项" in page.text


def test_several_merchants_of_a_name_are_offered(find, make_merchant, make_payment):
    shops = [make_merchant(f"小雨文具店 {n} 号") for n in range(2)]
    make_payment(shops[0])
    page = find(merchant="小雨", tail="7712")
    assert found(page) == []
    for shop in shops:
        assert f"?merchant={shop.merchant_no}&amp;tail=7712" in page.text


def test_a_whole_card_number_does_not_stay_in_the_address(find):
    number = "6" * 16
    response = find(tail=number)
    assert response.headers["Location"] == "/desk/payments/"


@pytest.mark.parametrize(
    ("field", "text"),
    [("amount", "1e3"), ("amount", "-5"), ("tail", "12"), ("rrn", "123"), ("day", "32.13.")],
)
def test_what_cannot_be_read_is_an_error_at_its_field(find, field, text):
    assert list(find(**{field: text}).context["search"].errors) == [field]


def test_at_most_fifty_are_listed_and_it_says_so(find, make_payment, monkeypatch):
    monkeypatch.setattr(search, "LIMIT", 2)
    for _ in range(3):
        make_payment()
    page = find(tail="7712")
    assert len(found(page)) == 2
    assert "再填一项可以缩小范围" in page.text


@pytest.mark.parametrize(
    "query",
    [
        {"tail": "4821"},
        {"amount": "386.50"},
        {"rrn": "112300000077"},
        {"merchant": "样品店1"},
        {"merchant": "样品店1", "day": "2026-11-23"},
    ],
)
def test_every_way_stands_on_an_index(make_payment, make_merchant, support, query):
    """Read from the plan: no way in walks the whole table."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    make_payment(make_merchant("样品店1"))
    plan = search.run(query, support).rows.explain()
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
    with django_assert_num_queries(4):
        client.get("/desk/payments/?tail=7712")
    with django_assert_num_queries(7):
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
