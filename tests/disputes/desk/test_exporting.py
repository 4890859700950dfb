"""Cases and conversations as CSV: all one may see, nothing else, and no formula."""

import csv
import io

import pytest

from disputes import actions
from portal import sheets
from portal.audit.models import Event

pytestmark = pytest.mark.usefixtures("clock")


def rows(answer) -> list[dict]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x","y")', "+1", "-2", "@SUM(1)", "\t=1", "\r=1", " =1", "　=1", "＝1"],
)
def test_no_cell_is_a_formula(text):
    assert sheets.cell(text).startswith("'")


@pytest.mark.parametrize(("value", "written"), [(None, ""), (-3, "-3"), ("半山", "半山")])
def test_other_cells_are_as_they_are(value, written):
    assert sheets.cell(value) == written
    assert sheets.yuan(-5) == "-0.05"


def test_the_institution_takes_every_case(client, sign_in, open_case, support, close):
    me = sign_in("support")
    kept, done = open_case(), open_case()
    close(done, support)
    found = rows(client.get("/desk/export/cases.csv"))
    assert [row["案件号"] for row in found] == [kept.number, done.number]
    assert {row["导出人"] for row in found} == {me.user.username}
    assert found[0]["导出时间"] == "2026-11-23 15:40:00"
    assert found[1]["根本原因"] == "查不出原因"
    narrowed = rows(client.get("/desk/export/cases.csv?view=closed"))
    assert [row["案件号"] for row in narrowed] == [done.number]
    event = Event.objects.filter(type="cases.exported").latest("sequence")
    assert '"narrowed":"view=closed"' in event.text


def test_a_merchant_takes_its_own_and_no_note_of_others(
    client, sign_in, open_case, shop, make_shop, support, new_key, say, make_payment
):
    sign_in("manager", shop.organisation)
    case, other = open_case(body="=1+1 请退"), make_shop()
    open_case(payment=make_payment(other.merchant))
    actions.add_note(case, actor=support, body="机构自己的话", submission_key=new_key())
    actions.add_note(case, actor=shop.clerk, body="本店自己的话", submission_key=new_key())
    say(case, support, "只跟商户说", audience="merchant")
    found = rows(client.get("/merchant/cases/export/cases.csv"))
    assert [row["案件号"] for row in found] == [case.number]
    assert "负责人" not in found[0]
    said = rows(client.get("/merchant/cases/export/messages.csv"))
    assert [row["内容"] for row in said] == ["'=1+1 请退", "本店自己的话", "只跟商户说"]
    assert said[2]["谁"] == "江岸支付"  # not who works there


def test_pieces_join_without_gap(client, sign_in, open_case, monkeypatch):
    sign_in("auditor")
    numbers = [open_case().number for _ in range(5)]
    monkeypatch.setattr("disputes.desk.exporting.AT_ONCE", 2)
    assert [row["案件号"] for row in rows(client.get("/desk/export/cases.csv"))] == numbers
    assert len(rows(client.get("/desk/export/messages.csv"))) == 5


@pytest.mark.parametrize("path", ["/desk/export/cases.csv", "/desk/export/messages.csv"])
def test_merchants_and_administrators_do_not_take_the_institutions(client, sign_in, path):
    for role in ("manager", "administrator"):
        sign_in(role)
        assert client.get(path).status_code == 403


def test_the_queue_offers_what_it_shows(client, sign_in, open_case):
    sign_in("support")
    mine, _other = open_case(kind="service_complaint"), open_case()
    page = client.get("/desk/?view=all&kind=service_complaint").content.decode()
    address = page.partition('href="/desk/export/cases.csv')[2].partition('"')[0]
    found = rows(client.get("/desk/export/cases.csv" + address.replace("&amp;", "&")))
    assert [row["案件号"] for row in found] == [mine.number]
    assert "export/cases.csv" not in client.get("/desk/?q=x").content.decode()
