"""Canaries: a look-up that hits one is an alarm, and nobody else ever meets one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.gate import tasks
from portal.gate.models import Attempt
from portal.outbox.models import Entry
from receipts import canaries, lookup
from receipts.imports import load
from receipts.models import Payment
from receipts.panel import settling
from tests.payments import TYPED
from tests.receipts.imports.conftest import SALE, as_csv
from tests.test_house import ROOT, product_files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def canary(payment) -> Payment:
    """Beside the payment of ¥386.50 at 14:05, one that was never made: tail 0007, 14:20."""
    return Payment.with_canaries.create(
        merchant=payment.merchant,
        terminal=payment.terminal,
        local_date=payment.local_date,
        occurred_at=payment.occurred_at + timedelta(minutes=15),
        settled_on=payment.settled_on,
        status="settled",
        amount_minor=payment.amount_minor,
        card_tail="0007",
        slip_printed="no",
        canary_at=timezone.now(),
    )


GUESS = TYPED | {"card_tail": "0007", "time": "14:20"}


def bare(answer) -> str:
    return answer.content.decode().replace("0007", "0008")


# --- hit -----------------------------------------------------------------------------------------


def test_a_hit_answers_as_nothing_would(client, canary):
    client.get("/")
    hit = client.post("/lookup/", GUESS)
    missed = client.post("/lookup/", GUESS | {"card_tail": "0008"})
    assert hit.status_code == missed.status_code == 200
    assert dict(hit.headers) == dict(missed.headers)
    assert len(hit.content) == len(missed.content)
    assert "还差一点信息" in bare(missed)
    found, nothing = Attempt.objects.order_by("pk")
    assert (found.canary, found.matched, found.subject) == (str(canary.pk), False, "")
    assert (nothing.canary, nothing.matched, nothing.subject) == ("", False, "")


def test_a_hit_costs_the_very_same_statements(client, canary):
    def statements(tail: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            client.post("/lookup/", GUESS | {"card_tail": tail})
        return [each["sql"].split(" ", 1)[0] for each in captured]

    client.post("/lookup/", GUESS | {"card_tail": "0009"})
    assert statements("0007") == statements("0008")


def test_a_merchants_name_meets_it_too_and_a_code_never(canary):
    facts = lookup.Facts("0007", 38650, canary.occurred_at, merchant_name="小雨文具店")
    assert lookup.find(facts) == lookup.MoreDetail(str(canary.pk))
    facts = lookup.Facts("0007", 38650, canary.occurred_at, auth_code="204518")
    assert lookup.find(facts) == lookup.MoreDetail()


def test_it_stands_in_no_real_payments_way(client, canary, make_payment):
    real = make_payment(card_tail="0007", at=datetime(2026, 11, 23, 6, 18, tzinfo=UTC))
    assert client.post("/lookup/", GUESS).headers["Location"] == f"/payment/{real.pk}/"
    assert Attempt.objects.get().canary == ""


def test_operations_and_supervisors_hear_of_it_once_an_hour(
    client, canary, make_member, run_outbox, pass_time
):
    told = [make_member(role).user.email for role in ("operations", "supervisor")]
    make_member("support")
    for _ in range(3):
        client.post("/lookup/", GUESS)
    assert not Entry.objects.exists()  # the answer itself tells nobody
    tasks.look_again()
    tasks.look_again()
    run_outbox()
    assert sorted(to for letter in mail.outbox for to in letter.to) == sorted(told)
    assert "诱饵" in mail.outbox[0].subject
    assert "127.0.0.0/24" in mail.outbox[0].body
    assert "/desk/lookups/" in mail.outbox[0].body
    assert "0007" not in mail.outbox[0].body.replace("2026-11-23", "")
    assert Event.objects.filter(type="canary_hit").count() == 3
    pass_time(hours=1)
    client.post("/lookup/", GUESS)
    tasks.look_again()
    run_outbox()
    assert len(mail.outbox) == 4
    assert Event.objects.filter(type="canary_hit").count() == 4


def test_the_hit_stands_on_operations_page(client, canary, make_member):
    client.post("/lookup/", GUESS)
    client.force_login(make_member("operations").user)
    page = client.get("/desk/lookups/").content.decode()
    assert "查到诱饵的查询" in page
    assert str(canary.pk) not in page


# --- never shown ---------------------------------------------------------------------------------


def test_no_page_of_staff_or_merchants_has_it(client, canary, make_member, payment):
    member = make_member("manager")
    payment.merchant.organisation = member.organisation
    payment.merchant.save()
    pages = {
        "manager": ["/merchant/", "/merchant/payments/", "/merchant/payments/?slip=no&tail=0007"],
        "support": ["/desk/payments/?tail=0007", "/desk/payments/?amount=386.50&tail=0007"],
    }
    addresses = {
        "manager": [f"/merchant/payments/{canary.pk}/", f"/merchant/payments/{canary.pk}/slip.pdf"],
        "support": [f"/desk/payments/{canary.pk}/", f"/desk/payments/{canary.pk}/slip.pdf"],
    }
    for role, paths in pages.items():
        client.force_login(member.user if role == "manager" else make_member(role).user)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200
            assert str(canary.pk) not in answer.content.decode(), path
        for path in addresses[role]:
            assert client.get(path).status_code == 404, path


def test_no_list_total_or_figure_counts_it(canary, payment, make_actor):
    assert [each.pk for each in Payment.objects.all()] == [payment.pk]
    assert [each.pk for each in payment.merchant.payments.all()] == [payment.pk]
    assert Payment.objects.visible_to(make_actor("operations")).count() == 1
    assert settling.delays(make_actor("operations")).looked_at == 1
    assert not Payment.objects.filter(pk=canary.pk).update(remarks="x")


def test_only_who_makes_them_asks_for_canaries():
    """Whoever begins with `with_canaries` shows them: a new place must be thought about here. The
    look-up asks in SQL of its own (receipts.lookup_sql)."""
    places = {
        str(path.relative_to(ROOT))
        for path in product_files()
        if "with_canaries" in path.read_text(encoding="utf-8") and "migrations" not in path.parts
    }
    assert places == {
        "receipts/models/payment.py",
        "receipts/canaries.py",
        "receipts/keeping.py",  # they go with the payments of their day
    }


# --- no file means it ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rrn", "voucher_no", "batch_no", "source_id", "auth_code"])
def test_the_database_gives_it_no_name_that_a_file_could_bear(canary, name):
    setattr(canary, name, "204518")
    with pytest.raises(IntegrityError), transaction.atomic():
        canary.save()


def test_a_file_that_brings_the_very_payment_makes_a_real_one(client, canary, tmp_path):
    """The same shop, terminal, tail, amount and minute: it is another payment, and the customer
    who paid it finds it."""
    row = SALE | {
        "merchant_no": canary.merchant.merchant_no,
        "terminal_no": canary.terminal.terminal_no,
        "date": "2026-11-23",
        "time": "14:20:00",
        "card_tail": canary.card_tail,
        "voucher_no": "000999",
        "rrn": "112399999999",
    }
    path = tmp_path / "settlement.csv"
    path.write_text(as_csv([row]), encoding="utf-8")
    assert not load.load_file(path, "canonical", actor=Actor.system("test")).error
    real = Payment.objects.get(card_tail=canary.card_tail)
    assert real.pk != canary.pk
    assert client.post("/lookup/", GUESS).headers["Location"] == f"/payment/{real.pk}/"
    canary.refresh_from_db()
    assert canary.revision == 1


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def many(make_payment, merchant, make_terminal):
    """A hundred payments of this shop in the last days, in the hours of a shop."""
    terminal = make_terminal(merchant)
    return [
        make_payment(
            merchant,
            terminal=terminal,
            at=datetime(2026, 11, 5 + number % 16, 9 + number % 10, number % 60),
            card_tail=f"{number * 97 % 10_000:04}",
            amount_minor=1000 + number * 7,
        )
        for number in range(100)
    ]


def test_it_makes_believable_ones_that_nobody_paid(many, capsys):
    call_command("canary_payments", "make", "5")
    made = list(canaries.all_of_them())
    assert len(made) == 5
    amounts = {payment.amount_minor for payment in many}
    for canary in made:
        local = timezone.localtime(canary.occurred_at)
        assert canary.merchant_id == many[0].merchant_id
        assert canary.amount_minor in amounts
        assert 8 <= local.hour <= 19
        assert local.date() == canary.local_date
        assert lookup.find(
            lookup.Facts(canary.card_tail, canary.amount_minor, canary.occurred_at)
        ) == lookup.MoreDetail(str(canary.pk))
    assert Payment.objects.count() == 100
    event = Event.objects.get(type="canaries_made")
    assert '"count":5' in event.text
    call_command("canary_payments", "list")
    assert all(str(canary.pk) in capsys.readouterr().out for canary in made[:1])


def test_a_cell_that_is_full_gets_none(make_payment, merchant, settings):
    settings.LOOKUP_CROWD_LIMIT = 2
    for number in range(30):
        make_payment(merchant, card_tail=f"{number:04}", at=datetime(2026, 11, 20, 12, number))
    moment = datetime(2026, 11, 20, 4, 15, tzinfo=UTC)
    assert canaries._is_known("9999", 38650, moment)
    assert not canaries._is_known("9999", 38650, moment + timedelta(hours=3))
    assert canaries._is_known("0015", 38650, moment)


def test_without_payments_there_is_nothing_to_be_like(db):
    with pytest.raises(CommandError, match="no payments"):
        call_command("canary_payments", "make", "3")
    with pytest.raises(CommandError):
        call_command("canary_payments", "make", "0")


def test_old_ones_are_taken_away_and_nothing_else(canary, payment, pass_time):
    pass_time(days=40)
    call_command("canary_payments", "remove", "--older-than", "50")
    assert canaries.all_of_them().count() == 1
    call_command("canary_payments", "remove", "--older-than", "30")
    assert canaries.all_of_them().count() == 0
    assert Payment.objects.get() == payment
    assert Event.objects.filter(type="canaries_removed").count() == 2
