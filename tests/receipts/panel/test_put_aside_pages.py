"""Operations correct, retry and drop rows that were put aside, on a page."""

import pytest
from django.urls import reverse

from receipts.imports import load
from receipts.imports.dropping import drop
from receipts.models import FileSource, ImportFile, Payment, PutAside, RowTry
from tests.receipts.imports.conftest import REFUND, SALE

LIST = "/desk/imports/rows/"


@pytest.fixture
def rows(load_rows) -> list[PutAside]:
    load_rows([SALE | {"amount": "x"}, SALE | {"date": "y", "voucher_no": "2"}, REFUND])
    return list(PutAside.objects.order_by("line"))


@pytest.fixture
def page(client):
    """`page(row)` opens it, `page(row, amount=…)` sends its form with that changed."""

    def ask(row: PutAside, do="retry", seen=None, **changed):
        path = reverse("panel:aside_row", args=[row.pk])
        shown = client.get(path)
        if not changed and seen is None and do == "retry":
            return shown
        fields = [f for group in shown.context["form"].groups for f in group.fields]
        sent = {f.name: f.value for f in fields}
        seen = shown.context["row"].tries if seen is None else seen
        return client.post(path, sent | {"seen": seen, "do": do} | changed, follow=True)

    return ask


def listed(client, query="") -> list[int]:
    return [row.pk for row in client.get(f"{LIST}{query}").context["page"].rows]


def test_open_rows_are_listed_newest_first_and_narrowed(client, sign_in, rows):
    sign_in("auditor")
    amount, date, refund = (row.pk for row in rows)
    assert listed(client) == [date, amount]
    assert listed(client, "?state=waiting") == [refund]
    assert listed(client, "?state=all") == [refund, date, amount]
    assert listed(client, "?reason=amount") == [amount]
    assert listed(client, f"?file={rows[0].import_file_id}") == [date, amount]
    assert listed(client, "?file=999999") == []
    assert listed(client, f"?before={date}") == [amount]
    FileSource.objects.create(name="mine", pattern="?.csv", format="canonical")
    assert listed(client, "?source=mine") == [date, amount]
    assert listed(client, "?source=other") == listed(client, "?source=feed:x") == []


def test_senseless_filters_narrow_nothing(client, sign_in, rows):
    sign_in("operations")
    assert len(listed(client, "?state=x&reason=x&file=x&before=x")) == 2


def test_a_list_goes_on_by_keys(client, sign_in, load_rows, monkeypatch):
    monkeypatch.setattr("receipts.panel.aside.PAGE", 2)
    load_rows([SALE | {"amount": "x", "voucher_no": str(n)} for n in range(5)])
    sign_in("operations")
    first = client.get(LIST).context["page"]
    second = client.get(f"{LIST}?before={first.next}").context["page"]
    third = client.get(f"{LIST}?before={second.next}").context["page"]
    lines = [row.line for each in (first, second, third) for row in each.rows]
    assert lines == [6, 5, 4, 3, 2]
    assert third.next is None


def test_a_row_shows_why_and_what_was_kept(sign_in, rows, page):
    sign_in("operations")
    text = page(rows[0]).text
    assert "<h1>金额读不懂</h1>" in text
    assert 'id="id_amount_error"' in text
    assert 'value="898521058120001"' in text
    assert "更正并重试" in text


def test_a_corrected_row_goes_in_and_the_change_is_shown(sign_in, rows, page):
    sign_in("operations")
    answer = page(rows[0], amount="386.50")
    assert "第 2 行进去了：新增了一笔交易。" in answer.text
    assert "<del>x</del>" in answer.text
    assert "<ins>386.50</ins>" in answer.text
    assert "更正并重试" not in answer.text
    assert Payment.objects.get().amount_minor == 38650


def test_what_is_still_wrong_stands_at_its_field(sign_in, rows, page):
    sign_in("operations")
    answer = page(rows[0], amount="386.50", merchant_no="")
    assert answer.redirect_chain[-1][0].endswith("?tried")
    assert 'id="id_merchant_no_error"' in answer.text
    assert 'href="#id_merchant_no"' in answer.text
    assert not Payment.objects.exists()


def test_a_whole_card_number_never_comes_back(sign_in, rows, page):
    number = "62" + "1" * 13 + "4821"
    sign_in("operations")
    answer = page(rows[0], card=number, remarks=number)
    assert number not in answer.text
    assert 'value="4821"' in answer.text
    kept = list(PutAside.objects.values_list("row", flat=True))
    assert number not in str(kept) + str(list(RowTry.objects.values_list("changes", flat=True)))


def test_sending_twice_does_it_once(sign_in, rows, page):
    sign_in("operations")
    page(rows[0], amount="386.50")
    answer = page(rows[0], seen=0, amount="386.50")
    assert "刚刚有人处理过" in answer.text
    assert (Payment.objects.count(), RowTry.objects.count()) == (1, 1)


def test_what_somebody_else_did_meanwhile_is_not_written_over(sign_in, rows, page):
    sign_in("operations")
    page(rows[0], amount="also wrong")
    answer = page(rows[0], seen=0, amount="1.00")
    assert "您刚才填的没有用上" in answer.text
    assert 'value="also wrong"' in answer.text
    assert not Payment.objects.exists()


def test_a_refund_that_was_matched_meanwhile_says_so(sign_in, rows, page, load_rows):
    sign_in("operations")
    load_rows([SALE])
    answer = page(rows[2], seen=0, amount="1.00")
    assert "已处理" in answer.text
    assert Payment.objects.get().refunded_minor == 8650


def test_a_waiting_refund_is_led_to_its_original(sign_in, rows, page, load_rows):
    sign_in("operations")
    load_rows([SALE | {"voucher_no": "000005"}])
    assert "读懂了" in page(rows[2], original_voucher_no="000007").text
    assert "第 4 行进去了" in page(rows[2], original_voucher_no="000005").text


def test_a_row_of_a_gone_format_asks_for_what_its_notation_decides(sign_in, rows, page):
    sign_in("operations")
    ImportFile.objects.update(format="nosuch")
    shown = page(rows[1])
    assert "格式“nosuch”已经不在这里" in shown.text
    assert "文件里写的是：386.50" in shown.text
    values = {f.name: f.value for g in shown.context["form"].groups for f in g.fields}
    assert (values["amount"], values["merchant_no"]) == ("", "898521058120001")
    answer = page(rows[1], amount="3.86", date="2026-11-20", time="14:05", kind="sale")
    assert "进去了" in answer.text
    assert Payment.objects.get().amount_minor == 386


def test_a_row_is_dropped_with_a_reason(sign_in, rows, page):
    sign_in("operations")
    assert "请写明为什么不再处理" in page(rows[0], do="drop", words=" ").text
    answer = page(rows[0], do="drop", words="主机的测试")
    assert "不再处理" in answer.text
    assert "主机的测试" in answer.text
    assert PutAside.objects.get(pk=rows[0].pk).state == "dropped"


def test_all_rows_of_a_reason_are_tried_at_once(client, sign_in, rows):
    sign_in("operations")
    assert "都重试一次" not in client.get(LIST).text
    assert "都重试一次" in client.get(f"{LIST}?reason=amount").text
    answer = client.post(f"{LIST}?reason=amount", follow=True)
    assert "重试了 1 行：0 行进去了，1 行仍搁置。" in answer.text
    assert RowTry.objects.count() == 1


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_readers_see_it_and_do_nothing(client, sign_in, rows, role):
    sign_in(role)
    path = reverse("panel:aside_row", args=[rows[0].pk])
    assert "更正并重试" not in client.get(path).text
    assert client.post(path, {"seen": 0, "do": "retry", "amount": "1"}).status_code == 403
    assert client.post(path, {"seen": 0, "do": "drop", "words": "why"}).status_code == 403
    assert client.post(f"{LIST}?reason=amount").status_code == 403
    assert not RowTry.objects.exists()


@pytest.mark.parametrize("role", ["support", "clerk", "manager", "administrator"])
def test_nobody_else_gets_in(client, sign_in, rows, role):
    path = reverse("panel:aside_row", args=[rows[0].pk])
    assert client.get(path).status_code == 302
    sign_in(role)
    assert client.get(path).status_code == client.get(LIST).status_code == 403


def test_the_pages_cost_a_fixed_number_of_queries(
    client, sign_in, rows, page, django_assert_max_num_queries
):
    sign_in("operations")
    for number in range(3):
        page(rows[0], amount=f"wrong {number}")
    with django_assert_max_num_queries(8):
        client.get(LIST)
    with django_assert_max_num_queries(9):
        page(rows[0])


def test_both_speak_english(client, sign_in, rows, page):
    sign_in("operations")
    drop(rows[1], "a test", seen=0, actor=load.Actor.system("test"))
    client.cookies["language"] = "en"
    assert "The amount cannot be read" in client.get(LIST).text
    assert "Correct and retry" in page(rows[0]).text
    assert "Dropped" in page(rows[1]).text
