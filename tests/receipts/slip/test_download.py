"""The slip's address for customers."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client, RequestFactory

from portal.accounts.actor import Actor
from portal.gate import links, passes
from portal.gate.models import Pass
from portal.outbox.models import Entry
from receipts.models import SlipIssue
from receipts.slip import pdf
from receipts.slip.issue import issue_slip
from receipts.slip.response import file_name


@pytest.fixture
def sale(make_kind):
    return make_kind("sale")


def let_in(client: Client, payment, lifetime=timedelta(minutes=30)) -> None:
    """What finding the payment does for this browser."""
    request = RequestFactory().get("/")
    passes.grant(request, "payment", str(payment.pk), lifetime)
    client.cookies[passes.cookie_name()] = request._new_pass


def address(payment) -> str:
    return f"/payment/{payment.pk}/slip.pdf"


def test_a_browser_that_found_the_payment_gets_the_pdf(client, sale):
    let_in(client, sale)
    response = client.get(address(sale))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert int(response["Content-Length"]) == len(response.content)
    issue = SlipIssue.objects.get()
    assert response["ETag"] == f'"{issue.sha256}"'
    assert issue.requested_by == f"consumer:payment:{sale.pk}"


def test_what_the_customer_took_is_news_and_a_look_at_its_head_is_none(client, sale):
    let_in(client, sale)
    client.head(address(sale))
    assert not Entry.objects.exists()
    client.get(address(sale))
    client.get(address(sale))
    assert Entry.objects.get().payload == {"payment": str(sale.pk), "number": 1}


def test_the_file_keeps_its_chinese_name(client, sale):
    let_in(client, sale)
    plain, _, encoded = client.get(address(sale))["Content-Disposition"].partition("filename*=")
    assert plain == 'attachment; filename="slip-20261122-1.pdf"; '
    assert encoded.isascii()
    assert unquote(encoded) == "UTF-8''小票-半山听雨茶餐厅（江北店）-2026-11-22.pdf"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('../../etc/"passwd"\r\nX: y', "小票-etcpasswd X y-2026-11-22.pdf"),
        ("..", "小票-2026-11-22.pdf"),
        ("长" * 120, f"小票-{'长' * 39}…-2026-11-22.pdf"),
    ],
)
def test_a_hostile_name_is_no_path_and_no_header(make_kind, client, name, expected):
    sale = make_kind("sale", name=name)
    let_in(client, sale)
    response = client.get(address(sale))
    assert file_name(SlipIssue.objects.get()) == expected
    assert "\n" not in response["Content-Disposition"]
    assert "X" not in response.headers


def test_a_second_download_is_the_same_file(client, sale):
    let_in(client, sale)
    assert client.get(address(sale)).content == client.get(address(sale)).content
    assert SlipIssue.objects.count() == 1


def test_a_browser_that_holds_it_is_told_so(client, sale):
    let_in(client, sale)
    etag = client.get(address(sale))["ETag"]
    again = client.get(address(sale), headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again.content == b""


def test_a_stored_slip_is_one_question_to_the_database(client, sale, django_assert_num_queries):
    let_in(client, sale)
    first = client.get(address(sale))
    with django_assert_num_queries(1):
        again = client.get(address(sale))
    assert again.content == first.content
    assert again.headers == first.headers


def test_what_the_browser_holds_is_not_opened_for_it(client, sale, own_files):
    let_in(client, sale)
    etag = client.get(address(sale))["ETag"]
    issue = SlipIssue.objects.get()
    (own_files / issue.file.name).unlink()
    held = client.get(address(sale), headers={"If-None-Match": etag})
    assert held.status_code == 304
    assert held["ETag"] == etag
    assert SlipIssue.objects.count() == 1


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"%PDF-1.7 altered")])
def test_a_stored_file_that_is_lost_or_altered_is_never_handed_out(client, sale, own_files, harm):
    let_in(client, sale)
    client.get(address(sale))
    issue = SlipIssue.objects.get()
    harm(own_files / issue.file.name)
    content = client.get(address(sale)).content
    anew = SlipIssue.objects.get(repeat=1)
    assert hashlib.sha256(content).hexdigest() == anew.sha256
    assert client.get(address(sale)).content == content


def test_a_payment_that_changed_gets_a_new_slip_though_one_is_stored(client, sale):
    let_in(client, sale)
    before = client.get(address(sale))
    sale.revision += 1
    sale.save()
    after = client.get(address(sale))
    assert after["ETag"] != before["ETag"]
    assert SlipIssue.objects.count() == 2


def test_a_stored_slip_is_closed_with_the_link_that_opened_it(client, sale):
    request = RequestFactory().get("/")
    token = links.issue("payment", str(sale.pk), lifetime=timedelta(hours=1))
    passes.grant(request, "payment", str(sale.pk), timedelta(hours=1), link=links.find(token))
    client.cookies[passes.cookie_name()] = request._new_pass
    assert client.get(address(sale)).status_code == 200
    links.revoke("payment", str(sale.pk))
    assert client.get(address(sale)).status_code == 404


def test_head_answers_like_get_without_the_body(client, sale):
    let_in(client, sale)
    response = client.head(address(sale))
    assert response.status_code == 200
    assert response.content == b""


def test_it_rejects_post(client, sale):
    let_in(client, sale)
    assert client.post(address(sale)).status_code == 405


def without_tokens(response) -> str:
    """The page without what differs on every page: the form token and its own address."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return re.sub(r"/payment/[0-9a-f-]{36}/", "", page)


def test_without_a_pass_there_is_nothing_and_nothing_is_told(client, sale):
    """Not even whether there is such a payment."""
    refused = client.get(address(sale))
    unknown = client.get(f"/payment/{uuid4()}/slip.pdf")
    assert refused.status_code == unknown.status_code == 404
    assert without_tokens(refused) == without_tokens(unknown)
    assert SlipIssue.objects.count() == 0


def test_another_payments_pass_does_not_open_it(client, sale, make_kind):
    other = make_kind("sale", voucher_no="004183")
    let_in(client, other)
    issue_slip(sale, actor=Actor.system("test"))
    assert client.get(address(sale)).status_code == 404


def test_another_browser_does_not_get_it(client, sale):
    finder = Client()
    let_in(finder, sale)
    assert finder.get(address(sale)).status_code == 200  # stored now
    assert client.get(address(sale)).status_code == 404


def test_an_ended_pass_does_not_open_it(client, sale, clock):
    let_in(client, sale)
    assert client.get(address(sale)).status_code == 200
    clock.shift(timedelta(hours=1))
    assert client.get(address(sale)).status_code == 404
    assert Pass.objects.count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_where_the_pdf_cannot_be_made_the_page_says_what_it_would(
    client, make_kind, monkeypatch, settings, language
):
    sale = make_kind("partly_refunded", name="<b>茶馆</b>")
    let_in(client, sale)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    def fails(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr(pdf, "slip_pdf", fails)
    response = client.get(address(sale))
    page = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"] == "15"
    assert f'<meta http-equiv="refresh" content="15;url={address(sale)}">' in page
    assert response["Cache-Control"] == "private, no-store"
    for words in ("386.50", "**** 4821 / C", "112219420386", "-¥58.00", "8F2C61A4D0E7935B"):
        assert words in page
    assert "&lt;b&gt;茶馆&lt;/b&gt;" in page
    assert ("could not be made" in page) == (language == "en")
    assert "style=" not in page
    assert SlipIssue.objects.count() == 0
