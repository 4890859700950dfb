"""Where anybody who was handed a slip finds out whether it is genuine."""

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from portal.accounts.actor import Actor
from receipts.models import Payment, SlipIssue, WrongCodes
from receipts.slip import codes, verifying
from receipts.slip.issue import issue_slip
from tests import pages, tools
from tests.receipts.slip.conftest import make_kind  # noqa: F401  the slip's own payments

pytestmark = pytest.mark.django_db
ACTOR = Actor.consumer("payment:test")


@pytest.fixture
def sale(make_kind) -> Payment:  # noqa: F811
    return make_kind("sale")


@pytest.fixture
def issue(sale) -> SlipIssue:
    return issue_slip(sale, actor=ACTOR)


def page_of(code: str) -> str:
    return f"/verify/{code}/"


def test_the_code_is_typed_and_leads_to_the_slips_own_page(client, issue):
    response = client.post("/verify/", {"code": codes.grouped(issue.code).lower()})
    assert response.status_code == 302
    assert response["Location"] == page_of(issue.code)


def test_the_qr_code_leads_there_too(client, issue):
    response = client.get(reverse("receipts:verify_short", args=[issue.code]))
    assert response["Location"] == page_of(issue.code)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_valid_slip_says_what_its_paper_says(client, issue, settings, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(page_of(issue.code))
    text = pages.text(response)
    assert response.status_code == 200
    for words in ("半山听雨茶餐厅（江北店）", "386.50", "**** 4821", "19:42"):
        assert words in text
    assert codes.grouped(issue.code) in text
    assert ("小票有效" if language == "zh-hans" else "This slip is valid") in text
    pages.assert_kept_rules(response)
    assert response["X-Robots-Tag"] == "noindex"


def test_a_payment_by_code_has_a_payer_and_no_cardholder(client, make_kind):  # noqa: F811
    issue = issue_slip(make_kind("code"), actor=ACTOR)
    text = pages.text(client.get(page_of(issue.code)))
    assert "付款人存根" in text
    assert "持卡人存根" not in text


def test_it_tells_nothing_that_the_paper_does_not(client, issue):
    html = client.get(page_of(issue.code)).content.decode()
    assert str(issue.payment_id) not in html
    assert issue.requested_by not in html
    assert issue.sha256 not in html


def test_a_payment_that_changed_leaves_the_old_slip_as_it_was(client, sale, issue):
    Payment.objects.filter(pk=sale.pk).update(
        status="partly_refunded",
        refunded_minor=5800,
        amount_minor=99999,
        revision=sale.revision + 1,
    )
    text = pages.text(client.get(page_of(issue.code)))
    assert "小票已被代替" in text
    assert "386.50" in text
    assert "999.99" not in text  # what became of it is not the holder's to know
    assert "58.00" not in text
    newer = issue_slip(sale, actor=ACTOR)
    assert newer.code != issue.code
    assert "小票有效" in pages.text(client.get(page_of(newer.code)))


def test_a_slip_made_anew_replaces_the_one_before(client, sale, issue, own_files):
    (own_files / issue.file.name).unlink()
    again = issue_slip(sale, actor=ACTOR)
    assert "后来重新出具过" in pages.text(client.get(page_of(issue.code)))
    assert "小票有效" in pages.text(client.get(page_of(again.code)))


def test_an_unknown_code_is_told_so(client, issue):
    response = client.get(page_of(codes.new()))
    assert response.status_code == 404
    assert "没有这张小票" in pages.text(response)
    pages.assert_kept_rules(response)


@pytest.mark.parametrize("typed", ["", "7KQ4", "7KQ4M2XD9FHX", "<script>", "字" * 500])
def test_a_slip_of_the_fingers_is_an_error_beside_the_field_and_no_try(client, typed):
    response = client.post("/verify/", {"code": typed})
    assert response.status_code == 200
    assert 'id="id_code_error"' in response.content.decode()
    pages.assert_kept_rules(response)
    assert not WrongCodes.objects.exists()


def test_an_address_with_an_unreadable_code_shows_the_form(client):
    response = client.get("/verify/7KQ4M2XD9FHX/")
    assert response.status_code == 404
    assert 'name="code"' in response.content.decode()


def test_after_too_many_wrong_codes_an_address_must_wait(client, issue, settings, clock, pass_time):
    settings.VERIFY_WRONG_CODES_PER_HOUR = 3
    for _ in range(3):
        assert client.get(page_of(codes.new())).status_code == 404
    refused = client.get(page_of(codes.new()))
    right = client.get(page_of(issue.code))
    assert refused.status_code == right.status_code == 429
    assert pages.text(refused) == pages.text(right)  # no oracle
    assert Client(REMOTE_ADDR="192.0.2.9").get(page_of(issue.code)).status_code == 200
    pass_time(hours=1)
    assert client.get(page_of(issue.code)).status_code == 200


def test_right_codes_are_never_counted(client, issue, settings):
    settings.VERIFY_WRONG_CODES_PER_HOUR = 2
    for _ in range(6):
        assert client.get(page_of(issue.code)).status_code == 200
    assert WrongCodes.objects.get().count == 0


def test_one_subscribers_ipv6_addresses_count_as_one(client, settings):
    settings.VERIFY_WRONG_CODES_PER_HOUR = 2
    codes_of = [
        Client(REMOTE_ADDR=f"2001:db8:1:2::{n}").get(page_of(codes.new())).status_code
        for n in range(1, 4)
    ]
    assert codes_of == [404, 404, 429]


def test_where_the_tries_cannot_be_counted_there_is_no_answer(issue, monkeypatch):
    def away(*args):
        raise DatabaseError("away")

    monkeypatch.setattr(WrongCodes, "reserve", away)
    client = Client(raise_request_exception=False)
    assert client.get(page_of(issue.code)).status_code == 500


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_none_slips_through(settings):
    settings.VERIFY_WRONG_CODES_PER_HOUR = 5

    def guess():
        return verifying.by_code(codes.new(), address="192.0.2.1").standing

    told, refused = tools.at_once(*[guess] * 12)
    assert told == [verifying.Standing.UNKNOWN] * 5
    assert len(refused) == 7
    assert all(each.startswith("TooManyTries") for each in refused)


def test_an_issue_from_before_there_were_codes_cannot_be_asked_for(client, sale, issue):
    SlipIssue.objects.filter(pk=issue.pk).update(code=None)
    assert client.get(page_of(issue.code)).status_code == 404


def test_it_takes_few_queries(client, issue, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get(page_of(issue.code))
