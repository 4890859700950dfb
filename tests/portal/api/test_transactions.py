"""The feed over HTTP: what is taken, and each way in which it is not."""

from io import BytesIO

import pytest
from django.core.management import call_command

from portal.api import problems
from portal.api.models import Answer, ApiKey
from portal.api.parsing import StrictJson
from portal.api.transactions import Transactions
from receipts.api import feed
from receipts.models import Payment
from tests.portal.api.conftest import ADDRESS, code_of
from tests.receipts.imports.conftest import SALE


@pytest.mark.parametrize("path", [ADDRESS, f"{ADDRESS}/"])
def test_a_batch_is_taken_with_and_without_a_final_slash(post, path):
    response = post([SALE], path=path)
    assert response.status_code == 200, response.content
    assert response.json() == {
        "read": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "put_aside": 0,
        "refused": 0,
        "fields_not_read": [],
        "results": [{"index": 0, "result": "created", "line": 1}],
    }
    assert Payment.objects.get().amount_minor == 38650


def test_a_number_is_read_as_it_is_written(post):
    body = '{"transactions": [{"merchant_no": 898521058120001, "source_id": 12345678901, '
    post(body=body + '"date_time": "2026-11-20 14:05:33", "amount": 4.10}]}')
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.source_id) == (410, "12345678901")


def test_an_item_put_aside_says_why_in_the_callers_language(post):
    items = [SALE | {"date": None}]
    said = post(items).json()["results"][0]
    assert said == {
        "index": 0,
        "result": "put_aside",
        "line": 1,
        "code": "date_missing",
        "message": "没有日期",
        "field": "date",
    }
    response = post(items, Accept_Language="en-GB,en;q=0.9")
    assert response["Content-Language"] == "en"
    assert response.json()["results"][0]["message"] == "No date"


def test_fields_of_other_names_are_not_read_and_told(post):
    item = SALE | {"持卡人姓名": "某", "cardholder_name": "X", "amuont": "1", "6" * 16: "1"}
    assert post([item]).json()["fields_not_read"] == ["amuont", "cardholder_name"]


def test_a_key_of_some_merchants_is_refused_the_others(post, make_key):
    key = make_key(merchants=[SALE["merchant_no"]])
    items = [SALE, SALE | {"merchant_no": "898521058120099"}]
    answer = post(items, key=key).json()
    assert (answer["created"], answer["refused"]) == (1, 1)
    assert answer["results"][1]["code"] == "merchant_not_allowed"
    assert answer["results"][1]["message"]


# --- who calls -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "key-missing"),
        ({"Authorization": "Bearer xp_00000000_no"}, "key-not-valid"),
        ({"Authorization": "Bearer"}, "key-not-valid"),
        ({"Authorization": "Bearer \xff"}, "key-not-valid"),
        ({"Authorization": "Basic YTpi"}, "key-not-valid"),
    ],
)
def test_nobody_sends_without_a_key(post, db, headers, code):
    response = post([SALE], key="", **headers)
    assert (response.status_code, code_of(response)) == (401, code)
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert not Payment.objects.exists()


def test_a_key_without_the_scope_is_refused(post, make_key):
    text = make_key()
    ApiKey.objects.update(scopes=["other:read"])
    response = post([SALE], key=text)
    assert (response.status_code, code_of(response)) == (403, "scope-missing")


def test_a_session_of_staff_is_no_key(client, make_member):
    client.force_login(make_member("operations").user)
    assert client.post(ADDRESS, {}, content_type="application/json").status_code == 401


def test_a_revoked_key_is_refused(post, make_key):
    key = make_key()
    assert post([SALE], key=key).status_code == 200
    call_command("revoke_api_key", key[:11], verbosity=0)
    assert code_of(post([SALE], key=key)) == "key-not-valid"


@pytest.mark.parametrize("is_merged", [False, True])
def test_a_key_revoked_before_its_batch_is_in_brings_nothing_in(
    post, make_key, monkeypatch, is_merged
):
    key = make_key()
    take = Transactions._answer

    def revoked_meanwhile(request, items):
        taken = take(request, items) if is_merged else None
        call_command("revoke_api_key", key[:11])
        return taken or take(request, items)

    monkeypatch.setattr(Transactions, "_answer", staticmethod(revoked_meanwhile))
    assert code_of(post([SALE], key=key, Idempotency_Key="once")) == "key-not-valid"
    assert not Payment.objects.exists()
    assert not Answer.objects.exists()


def test_too_many_requests_are_told_when_to_come_back(post, make_key, settings, clock):
    settings.API_REQUESTS_PER_MINUTE = 2
    assert [post([SALE]).status_code for _ in range(3)] == [200, 200, 429]
    refused = post([SALE])
    assert code_of(refused) == "too-many-requests"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert post([SALE], key=make_key("wallet")).status_code == 200
    clock.shift(int(refused["Retry-After"]))
    assert post([SALE]).status_code == 200


# --- what is sent --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "not-a-batch"),
        (b"{", 400, "not-json"),
        (b"\xff\xfe{\x00}\x00", 400, "not-json"),
        ('{"transactions": [{"remarks": "店"}]}'.encode("gb18030"), 400, "not-json"),
        (b'{"transactions": [{"amount": NaN}]}', 400, "not-json"),
        (b'{"transactions": [{"amount": "1", "amount": "2"}]}', 400, "duplicate-key"),
        (b'{"transactions": [], "transactions": [{}]}', 400, "duplicate-key"),
        (b"[" * 100_000, 400, "too-deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "too-deep"),
        (b"[]", 422, "not-a-batch"),
        (b"null", 422, "not-a-batch"),
        (b'"\\ud800"', 422, "not-a-batch"),
        (b'{"transactions": []}', 422, "not-a-batch"),
        (b'{"transactions": {}}', 422, "not-a-batch"),
        (b'{"transactions": [1]}', 422, "not-a-batch"),
        (b'{"transactions": [{"chip": {}}]}', 422, "not-a-batch"),
        (b'{"transactions": [' + b"{}," * 1_000 + b"{}]}", 422, "too-many-items"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(post, body, status, code):
    response = post(body=body)
    assert (response.status_code, code_of(response)) == (status, code)


def test_the_item_at_fault_is_pointed_at(post):
    errors = post([SALE, {"amount": []}]).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/transactions/1"]


@pytest.mark.parametrize("content_type", ["text/csv", "application/x-www-form-urlencoded", "x"])
def test_only_json_is_read(post, content_type):
    response = post([SALE], content_type=content_type)
    assert (response.status_code, code_of(response)) == (415, "media-type")


@pytest.mark.parametrize("length", [5 * 1024 * 1024 + 1, 100_000_000, 10**12])
def test_a_body_too_large_is_refused_before_it_is_read(post, length, monkeypatch):
    monkeypatch.setattr(feed, "take", None)
    response = post([SALE], Content_Length=str(length))
    assert (response.status_code, code_of(response)) == (413, "body-too-large")


def test_a_body_that_does_not_say_how_large_it_is_is_refused(post):
    response = post([SALE], Transfer_Encoding="chunked")
    assert (response.status_code, code_of(response)) == (411, "length-required")


def test_a_body_is_read_to_the_limit_whatever_its_length_says(settings):
    settings.API_BODY_LIMIT = 1_000
    with pytest.raises(problems.TooLarge):
        StrictJson().parse(BytesIO(b" " * 1_001))


@pytest.mark.parametrize("path", ["/api/schema/?format=html", "/api/nowhere?format=yaml"])
def test_a_problem_is_json_whatever_was_asked_for(client, path):
    assert code_of(client.get(path, headers={"Accept": "text/html"})) == "not-found"


@pytest.mark.parametrize("path", ["/api/", "/api/v2/transactions", f"{ADDRESS}/1"])
def test_a_wrong_address_is_told_as_a_problem(post, path):
    assert code_of(post([SALE], path=path)) == "not-found"


def test_other_methods_are_told_what_there_is(client, make_key):
    response = client.get(ADDRESS, headers={"Authorization": f"Bearer {make_key()}"})
    assert (response.status_code, code_of(response)) == (405, "method-not-allowed")
    assert "POST" in response["Allow"]


def test_a_failure_of_ours_is_a_problem_too_and_nothing_goes_in(post, monkeypatch):
    def fail(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr("portal.api.transactions.said_of", fail)
    assert code_of(post([SALE])) == "failed"
    assert not Payment.objects.exists()


def test_every_code_is_in_the_document(root):
    text = (root / "docs/api.md").read_text(encoding="utf-8")
    codes = {problem.code for problem in problems.Problem.__subclasses__()}
    assert {code for code in codes if f"`{code}`" not in text} == set()


def test_every_field_is_in_the_document(root):
    text = (root / "docs/api.md").read_text(encoding="utf-8")
    assert {name for name in feed.fields() if f"`{name}`" not in text} == set()
