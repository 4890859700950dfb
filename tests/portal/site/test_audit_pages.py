"""The auditor's pages: stories, search, reading, gaps, proof; for whom, and that they are noted."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from disputes import actions
from portal.accounts.models import Role
from portal.audit import holdings, reading
from portal.audit.models import Event, Opening, Reading
from portal.site.audit import gaps, searching
from portal.viewing import budget, sweep, unmasking
from tests.pages import assert_kept_rules, text

pytestmark = pytest.mark.django_db
PAGES = ("", "events/", "people/", "gaps/", "story/?of=case:2611-0001", "people/reader/?who=x")
READERS = {Role.AUDITOR, Role.SUPERVISOR}


@pytest.fixture
def told(case, shop, support, new_key, say):
    """A case with a past: merchant, question to the customer."""
    say(case, shop.manager, "马上查。")
    actions.ask_consumer(case, actor=support, body="几号桌？", submission_key=new_key())
    return case


@pytest.mark.parametrize("role", list(Role))
def test_they_are_for_auditors_and_supervisors(client, sign_in, case, role):
    sign_in(role)
    for page in PAGES:
        response = client.get(f"/desk/audit/{page}")
        assert response.status_code == (200 if role in READERS else 403), page
        if role in READERS:
            assert_kept_rules(response)


def test_a_story_says_who_what_and_for_whom_it_waits(client, sign_in, told, shop, support):
    sign_in("auditor")
    page = text(client.get(f"/desk/audit/story/?of={told.number}"))
    assert f"{shop.manager.user.name} 店长 代表商户留言 等商户" in page
    assert f"{support.user.name} 客服 请客户补充说明，计时暂停了 等客户" in page
    assert "客户 立了案 等商户" in page
    assert "现在： 等客户" in page
    assert "马上查" not in page, "what was said is in the case, and personal"
    assert "个人信息，另存" in page
    assert "个人信息，已删除" not in page
    Opening.objects.filter(event__subject=told.subject, field="body").delete()
    assert "个人信息，已删除" in text(client.get(f"/desk/audit/story/?of={told.subject}"))


def test_a_story_tells_who_looked(client, sign_in, told, support):
    reading.note(support, told.subject)
    sign_in("auditor")
    path = f"/desk/audit/story/?of={told.subject}"
    assert f"{support.user.name} 客服 打开过" in text(client.get(path))
    assert "打开过" not in text(client.get(f"{path}&only=events"))


def test_opening_them_is_noted(client, sign_in, case):
    me = sign_in("auditor")
    for page in PAGES:
        client.get(f"/desk/audit/{page}")
    seen = Reading.objects.filter(reader=f"user:{me.user.public_id}")
    assert set(seen.values_list("subject", flat=True)) == {
        case.subject,
        *(f"list:audit_{name}" for name in ("overview", "events", "people", "gaps", "reader")),
    }


def found(client, query: str) -> list[str]:
    return [line.type for line in client.get(f"/desk/audit/events/?{query}").context["lines"]]


def test_events_are_found_by_subject_topic_type_person_and_day(
    clock, client, sign_in, told, support
):
    sign_in("auditor")
    of_case = ["case.asked_consumer", "case.merchant_replied", "case.opened"]
    assert found(client, f"subject={told.number}") == of_case
    assert found(client, "type=cases") == of_case
    assert found(client, "type=case.opened") == ["case.opened"]
    assert found(client, f"who={support.user.username}") == ["case.asked_consumer"]
    assert found(client, f"who={support.id}") == ["case.asked_consumer"]
    assert found(client, "type=cases&since=2026-11-23&until=2026-11-23") == of_case
    assert found(client, "type=cases&since=2026-11-24") == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("who=nobody", "没有这个用户名"),
        ("since=yesterday", "没有这一天"),
        ("since=2026-11-24&until=2026-11-23", "结束在开始之前"),
    ],
)
def test_what_cannot_be_asked_is_told_beside_its_field(client, sign_in, case, query, says):
    sign_in("auditor")
    response = client.get(f"/desk/audit/events/?{query}")
    assert says in text(response)
    assert response.context["lines"] == []


def test_the_search_goes_on_where_the_page_before_ended(client, sign_in, told, monkeypatch):
    monkeypatch.setattr(searching, "PAGE", 2)
    sign_in("auditor")
    first = client.get("/desk/audit/events/?type=cases").context["page"]
    rest = found(client, f"type=cases&before={first.next}")
    assert [event.type for event in first.rows] + rest == [
        "case.asked_consumer",
        "case.merchant_replied",
        "case.opened",
    ]


def test_what_stands_out_is_what_supervisors_were_told(client, sign_in, support, make_actor, clock):
    """One measure: the page reads what was told on the day, and judges nothing anew."""
    reading.note(support, *(f"case:2611-{number:04}" for number in range(120)))
    quiet = make_actor("support")
    reading.note(quiet, "case:2611-0001")
    sign_in("auditor")
    assert not client.get("/desk/audit/people/").context["readers"][0][0].standing_out
    assert sweep.look() == 1
    rows = client.get("/desk/audit/people/").context["readers"]
    told = {reader.reader: [each.figure for each in reader.standing_out] for reader, _ in rows}
    assert told == {support.id: [120], quiet.id: []}
    assert rows[0][0].reader == support.id, "those with something come first"
    page = text(client.get("/desk/audit/people/"))
    assert "今天 发现一天里看得比平常多：120" in page
    page = text(client.get(f"/desk/audit/people/reader/?who={support.id}"))
    assert f"{support.user.name}看了什么" in page
    assert page.count("打开过") == 120
    clock.shift(timedelta(days=8))
    sign_in("auditor")
    assert client.get("/desk/audit/people/").context["readers"] == []


def test_many_contacts_and_reasons_to_see_more_stand_out(client, sign_in, support, case, settings):
    settings.UNMASK_BUDGET_DAY = 0
    for _twice in range(2):
        unmasking.unmask(support, case.subject, ["contact"], "call", "")
    budget.give_reason(support, "queue", "")
    sign_in("auditor")
    rows = client.get("/desk/audit/people/").context["readers"]
    [told] = [reader.standing_out for reader, _ in rows if reader.reader == support.id]
    assert {(each.words, each.figure) for each in told} == {
        ("发现一天里看了许多完整的联系方式", 1),
        ("说明了为什么要看得比平常多", None),
    }
    assert len(told) == 2, "once a day"


def test_failed_sign_ins_are_counted_by_account(client, sign_in, make_member):
    member = make_member("support")
    for name in (member.user.username, member.user.username, "nobody"):
        client.post("/account/login/", {"login": name, "password": "x"})
    sign_in("auditor")
    page = client.get("/desk/audit/people/")
    figures = {
        each.subject: each.figures["sign_in.refused"] for each, _ in page.context["accounts"]
    }
    assert figures.pop(f"account:{member.user.public_id}") == 2
    assert list(figures.values()) == [1]
    assert "没有这个账号" in text(page)


class TestGaps:
    def report(self):
        now = timezone.now() + timedelta(seconds=1)
        return gaps.report(now - timedelta(days=1), now)

    def numbers(self, found) -> dict[str, list[str]]:
        return {str(gap.name): gap.subjects for gap in found if gap.number}

    def test_what_was_done_properly_has_none(self, told, client, sign_in):
        """People made by the fixtures themselves have no past; a case has."""
        report = self.report()
        assert "案件" not in self.numbers(report.rows)
        assert self.numbers(report.events) == {}

    def test_a_row_without_an_event_is_found(self, case, client, sign_in):
        type(case).objects.filter(pk=case.pk).update(number="2611-9999")
        report = self.report()
        assert self.numbers(report.rows)["案件"] == ["case:2611-9999"]
        assert self.numbers(report.events) == {"案件": ["case:2611-0001"]}
        sign_in("auditor")
        page = text(client.get("/desk/audit/gaps/"))
        assert "case:2611-9999" in page
        assert "处对不上" in page

    def test_what_was_removed_by_a_deed_is_no_gap(self, client, sign_in):
        sign_in("operations")
        form = {"name": "night", "pattern": "n-*.csv", "format": "canonical", "rule": "daily"}
        form |= {"due_at": "06:30", "grace_minutes": "15"}
        client.post("/desk/imports/expect/", form)
        client.post("/desk/imports/expected/night/", {"do": "remove"})
        assert Event.objects.filter(type="file_source_removed").exists()
        assert self.numbers(self.report().events) == {}

    def test_each_kind_is_compared(self):
        kinds = {holding.kind for holding in holdings.all_of_them()}
        assert kinds >= {"case", "payment", "import", "account", "organisation", "api_key"}


def test_a_page_costs_few_queries(client, sign_in, told, django_assert_max_num_queries):
    sign_in("auditor")
    for page in PAGES:
        client.get(f"/desk/audit/{page}")
    for page in PAGES:
        with django_assert_max_num_queries(25):
            client.get(f"/desk/audit/{page}")


def test_the_proof_says_what_is_signed_and_what_waits(client, sign_in, case):
    from portal.audit.models import Checkpoint, OutsideCopy

    sign_in("auditor")
    assert "还没有签过名" in text(client.get("/desk/audit/"))
    with transaction.atomic():
        checkpoint = Checkpoint.objects.create(
            size=3, root="0" * 64, note="xiaopiao\n3\n", at=timezone.now(), key_id="0" * 8
        )
    page = text(client.get("/desk/audit/"))
    assert "3 条记录 已在" in page or "3 条记录已在" in page
    assert "一天里没有副本离开本机构" in page
    OutsideCopy.objects.create(checkpoint=checkpoint, way="mail", reference="x", at=timezone.now())
    assert "一天里没有副本离开本机构" not in text(client.get("/desk/audit/"))
