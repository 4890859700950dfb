"""The sample month, made small: believable, made once, and what it offers to try comes true."""

import json
from collections import Counter
from datetime import date
from io import StringIO

import pytest
from allauth.mfa.utils import decrypt
from django.core.management import CommandError, call_command
from django.urls import reverse

from disputes import differences
from disputes.models import Case, NetworkDispute, Refund
from disputes.models.case import Kind, Stage, Status
from portal.accounts.models import Organisation, Role, User
from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.site import demo
from portal.site.demo.payments import Month
from portal.site.demo.shops import TRADES, shops
from receipts.models import ImportFile, Merchant, Payment, PutAside, Terminal

PAYMENTS = 4000


@pytest.fixture
def sample(db):
    return demo.make(payments=PAYMENTS)


def printed(*arguments) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_forty_shops_have_120_terminals():
    assert len(shops()) == 40
    assert sum(shop.terminals for shop in shops()) == 120
    assert all(shop.trade in TRADES for shop in shops())


def test_a_seed_makes_the_same_month_twice():
    def month():
        month = Month(date(2026, 11, 23), payments=600)
        rows = [row for day in month.days() for row in month.rows_of(day)]
        return [(row.type, row.at, row.amount, row.tail, row.voucher) for row in rows]

    assert month() == month()


def test_a_full_month_has_the_promised_size_and_losses():
    month = Month(date(2026, 11, 23))
    rows = [row for day in month.days() for row in month.rows_of(day)]
    sales = [row for row in rows if row.original is None]
    assert 57_000 < len(sales) < 65_000
    assert 0.01 < sum(row.printed == "no" for row in sales) / len(sales) < 0.03
    assert {row.type for row in rows} >= {"sale", "auth_complete", "void", "refund"}


def test_everything_came_through_the_loader_and_the_verbs(sample):
    assert sample["merchants"] == Merchant.objects.count() == 40
    assert Terminal.objects.count() == 120
    assert 0.7 * PAYMENTS < sample["payments"] < 1.3 * PAYMENTS
    assert ImportFile.objects.filter(state="done").count() == 34
    # One file of another host has what operations have to do with: four rows to correct, one waits.
    aside = PutAside.objects.values_list("import_file__name", "state")
    assert Counter(state for _name, state in aside) == {"open": 4, "waiting": 1}
    assert {name[:8] for name, _state in aside} == {"changhe-"}
    assert sample["cases"] == Case.objects.count() == 83
    assert Event.objects.filter(type="case.opened").count() == 83
    # Cases stand in every state, and no message of the past is left to send.
    assert set(Case.objects.values_list("kind", flat=True)) == set(Kind.values)
    # (Nobody of the sample reports the same thing twice, so none is merged.)
    assert set(Case.objects.values_list("status", flat=True)) == set(Status.values) - {"merged"}
    assert set(Case.objects.values_list("stage", flat=True)) >= {Stage.MERCHANT, Stage.INSTITUTION}
    assert Case.objects.filter(continued__gt=0).exists()
    assert not Entry.objects.filter(state="pending").exists()
    # A second time it refuses and changes nothing.
    with pytest.raises(CommandError):
        printed()
    assert Case.objects.count() == 83
    # Money that did not go the straight way: of each kind one, for its pages.
    (unknown,) = Refund.objects.filter(state="unknown")
    assert (unknown.gateway, unknown.case.refund_waits) == ("http", "unknown")
    (redone,) = Case.objects.filter(redone_by__isnull=False)
    assert (redone.status, redone.closing_reason) == ("resolved", "redone")
    assert [each.why for each in differences.open_ones(Case.objects.all(), 10)] == ["amount"]
    assert set(NetworkDispute.objects.values_list("state", flat=True)) == {
        "inquired",
        "answered",
        "retrieving",
        "charged_back",
    }


def test_it_refuses_a_database_that_is_not_its_own(db):
    Organisation.objects.create(kind="institution", name="另一家机构")
    with pytest.raises(CommandError):
        printed()
    assert not Payment.objects.exists()
    assert not User.objects.exists()


def test_json_creates_nothing_in_an_empty_database(db):
    assert json.loads(printed("--json")) == {"lookups": [], "accounts": []}
    assert not User.objects.exists()


def test_what_it_offers_to_try_comes_true(sample, client):
    given = json.loads(printed("--json"))
    assert [look["expect"] for look in given["lookups"]] == ["receipt"] * 3 + ["more"] * 2
    roles = [account["role"] for account in given["accounts"]]
    assert list(dict.fromkeys(roles)) == [str(role) for role in Role]
    assert roles.count("supervisor") == 2  # one approves what the other proposed
    for look in given["lookups"]:
        assert all(isinstance(value, str) for value in look.values())
        typed = {key: value for key, value in look.items() if key != "expect"}
        answer = client.post(reverse("receipts:lookup"), typed)
        if look["expect"] == "receipt":
            assert answer.status_code == 302
            assert client.get(answer["Location"]).status_code == 200
        else:
            assert answer.status_code == 200
            assert "还差一点信息" in answer.content.decode()
    for account in given["accounts"]:
        _can_sign_in(account)


def _can_sign_in(account):
    user = User.objects.get(username=account["username"])
    assert user.check_password(account["password"])
    assert user.memberships.get().role == account["role"]
    secret = decrypt(user.authenticator_set.get(type="totp").data["secret"])
    assert secret == account["totp_secret"]
