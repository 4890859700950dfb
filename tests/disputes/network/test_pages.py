"""The pages of disputes with the card network: list, one track, the merchant's, the customer's."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from disputes import case_links
from disputes.models import NetworkDispute, NetworkNotice
from portal.audit.models import Event
from tests.disputes.refunding import approve, propose
from tests.pages import text

pytestmark = pytest.mark.django_db


def test_staff_enter_a_message_and_answer_it(client, sign_in, credit):
    sign_in("support")
    said = {"do": "enter", "code": "E00", "rrn": credit.rrn, "on": "2026-11-23"}
    answer = client.post(reverse("desk:network_enter"), said)
    track = NetworkDispute.objects.get()
    here = reverse("desk:network_dispute", args=[track.public_id])
    assert answer.url == here
    assert "查复" in text(client.get(here))
    act = reverse("desk:network_act", args=[track.public_id])
    empty = client.post(act, {"do": "E02", "text": " "})
    assert empty.status_code == 422
    assert "请写明内容" in text(empty)
    assert client.post(act, {"do": "E02", "text": "已核实。"}).url == here
    assert client.post(act, {"do": "E99"}).status_code == 404
    assert client.post(act, {"do": "E32", "amount": "1", "text": "退"}).status_code == 422
    listed = text(client.get(reverse("desk:network") + "?show=quiet"))
    assert "已查复" in listed
    assert (
        track.public_id.hex[:8]
        in client.get(reverse("desk:network") + "?show=quiet").content.decode()
    )


def test_a_supervisor_gives_money_back_before_the_network_wrote(client, sign_in, credit, totp):
    here = reverse("desk:network_give", args=[credit.pk])
    sign_in("support")
    assert client.get(here).status_code == 403
    sign_in("supervisor")
    assert "¥386.50" in text(client.get(here))
    client.post("/account/2fa/reauthenticate/", {"code": totp()})
    good = {"code": "E32", "amount": "386.50", "text": "自愿退。"}
    for wrong in ({"code": "E23"}, {"amount": "386.51"}, {"amount": "1.234"}, {"text": " "}):
        assert client.post(here, good | wrong).status_code == 422, wrong
    assert not NetworkDispute.objects.exists()
    assert client.post(here, good).status_code == 302
    track = NetworkDispute.objects.get()
    assert (track.state, track.adjusted_minor) == ("adjusted", 38_650)
    assert client.get(here).url == reverse("desk:network_dispute", args=[track.public_id])


def test_nothing_is_offered_while_a_refund_is_under_way(client, sign_in, case, shop, make_actor):
    """Neither the way there from the case nor the form."""
    here = reverse("desk:network_give", args=[case.payment_id])
    sign_in("supervisor")
    page = reverse("desk:case", args=[case.number])
    assert here in client.get(page).text
    assert "<textarea" in client.get(here).text
    propose(case, shop.manager)
    assert here not in client.get(page).text
    assert "现在不能经银联退" in text(client.get(here))
    assert "<textarea" not in client.get(here).text
    refused = client.post(here, {"code": "E32", "amount": "1.00", "text": "自愿退。"})
    assert refused.status_code == 422
    approve(case, make_actor("supervisor"))
    assert "现在不能经银联退" in text(client.get(here))


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"code": "E05"}, "请选银联来的是什么"),
        ({"rrn": ""}, "请填参考号"),
        ({"on": "2027-02-29"}, "请填消费的日期"),
        ({"sent_on": "2030-01-01"}, "今天或之前"),
        ({"amount": "1.234", "code": "E23"}, "最多两位小数"),
    ],
)
def test_a_form_with_a_wrong_field_says_so(client, sign_in, credit, said, word):
    sign_in("support")
    form = {"do": "enter", "code": "E00", "rrn": credit.rrn, "on": "2026-11-23"} | said
    answer = client.post(reverse("desk:network_enter"), form)
    assert answer.status_code == 422
    assert word in text(answer)
    assert not NetworkDispute.objects.exists()


def test_a_file_is_loaded_on_the_page(client, sign_in, clock):
    sign_in("operations")
    rows = "差错代码,差错编号,参考号,交易日期\n查询,Q1,909900990099,2026-11-23\n"
    file = SimpleUploadedFile("来文.csv", rows.encode())
    said = {"do": "load", "file": file, "format": "network-csv"}
    page = client.post(reverse("desk:network_enter"), said, follow=True)
    assert "等消费 1" in text(page)
    notice = NetworkNotice.objects.get()
    for do, more in (("retry", {}), ("drop", {"why": "不是我们的"})):
        said = {"do": do, "notice": notice.pk} | more
        assert client.post(reverse("desk:network_enter"), said).status_code == 302
    notice.refresh_from_db()
    assert notice.state == "dropped"


def test_the_merchant_uploads_and_sees_its_own(client, sign_in, shop, make_shop, credit, receive):
    track = receive(credit, "E04")
    here = reverse("merchant_cases:network", args=[track.public_id])
    sign_in("clerk", make_shop().organisation)
    assert client.get(here).status_code == 404
    sign_in("clerk", shop.organisation)
    assert "上传签字小票" in text(client.get("/merchant/"))
    page = text(client.get(here))
    assert "E04" not in page
    assert "补打的小票不算" in page
    give = reverse("merchant_cases:network_slip", args=[track.public_id])
    assert client.post(give).status_code == 422
    assert client.get(reverse("desk:network_dispute", args=[track.public_id])).status_code == 403


def test_the_customer_reads_it_in_plain_words(client, case, receive):
    receive(case.payment, "E00")
    assert client.post(f"/link/{case_links.issue(case)}/").status_code == 302
    page = text(client.get(reverse("disputes:case", args=[case.number])))
    assert "您的发卡行向我们问起这笔消费" in page
    for word in ("查复", "调单", "E00", "收单"):
        assert word not in page


def test_all_of_them_as_csv(client, sign_in, receive, credit):
    track = receive(credit, "E00")
    sign_in("auditor")
    assert "export/network.csv" in client.get("/desk/network/").content.decode()
    answer = client.get("/desk/export/network.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["案件号"], row["商户"]) == (track.case.number, track.merchant.name)
    assert row["金额（元）"] == f"{track.amount_minor / 100:.2f}"
    event = Event.objects.filter(type="cases.exported").latest("pk")
    assert '"what":"network"' in event.text
