"""A message that never reached the customer is told where the case is worked on."""

import pytest
from django.db import connection

from disputes.desk import case_page
from portal.outbox import trouble
from portal.outbox.models import Entry

pytestmark = pytest.mark.usefixtures("clock")


def give_up(case, error="SMTPRecipientsRefused") -> Entry:
    entry = Entry.objects.filter(
        effect_key__startswith=f"case-{case.number}-", effect_key__endswith="-customer"
    ).latest("pk")
    Entry.objects.filter(pk=entry.pk).update(state="dead", attempts=1, error=error)
    entry.refresh_from_db()
    return entry


def test_the_case_says_that_a_mail_did_not_arrive_and_why(
    case, open_case, sign_in, client, support, say
):
    sign_in("support")
    other = open_case(contact="other@example.org")
    say(case, support, "我们在查。")
    assert client.get(f"/desk/cases/{case.number}/").context["pane"].undelivered is None
    give_up(case)
    page = client.get(f"/desk/cases/{case.number}/").text
    assert "的邮件没有送到：对方的邮件服务器不认这个地址。" in page
    assert client.get(f"/desk/cases/{other.number}/").context["pane"].undelivered is None


def test_a_short_message_too(open_case, sign_in, client):
    sign_in("support")
    case = open_case(contact_kind="mobile", contact="13800138000")
    give_up(case, "NotTaken HTTP 400")
    assert "的短信没有送到：短信网关没有收。" in client.get(f"/desk/cases/{case.number}/").text


def test_tried_again_with_success_it_is_gone(case, sign_in, client, make_actor):
    entry = give_up(case)
    trouble.try_again(Entry.objects.filter(pk=entry.pk), actor=make_actor("operations"))
    sign_in("support")
    assert client.get(f"/desk/cases/{case.number}/").context["pane"].undelivered is None


def test_a_merchant_is_told_nothing_of_it(case, shop, client):
    give_up(case)
    client.force_login(shop.manager.user)
    assert "没有送到" not in client.get(f"/merchant/cases/{case.number}/").text


def test_it_is_read_off_the_index_of_what_was_given_up(case, support):
    """On both databases, and also where the statement stays prepared and its values come later."""
    compiler = case_page.visible_cases(support).query.get_compiler(connection=connection)
    statement, values = compiler.as_sql()
    assert "dead" not in values
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{how} {statement}", values)
        assert "outbox_given_up" in str(cursor.fetchall())
