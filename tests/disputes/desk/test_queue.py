"""The queue of the desk: views, counts, pages, search."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from disputes import actions
from disputes.desk import queue
from disputes.models import Case

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def numbers(client, sign_in):
    """`numbers("?view=mine")`: the case numbers that page lists."""
    sign_in("support")

    def get(query=""):
        return [row.number for row in client.get(f"/desk/{query}").context["rows"]]

    return get


def spread(case: Case, minutes: int) -> None:
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + timedelta(minutes=minutes))


def test_it_lists_the_most_urgent_first(open_case, numbers):
    cases = [open_case() for _ in range(3)]
    for case, minutes in zip(cases, (300, -20, 60), strict=True):
        spread(case, minutes)
    assert numbers("?view=all") == [cases[1].number, cases[2].number, cases[0].number]


def test_cases_whose_clock_stands_still_come_last(open_case, support, new_key, numbers):
    paused, running = open_case(), open_case()
    actions.ask_consumer(paused, actor=support, body="请补照片。", submission_key=new_key())
    assert numbers("?view=all") == [running.number, paused.number]
    assert numbers("?view=consumer") == [paused.number]


def test_each_view_counts_what_it_lists(open_case, support, client, sign_in, new_key):
    me = sign_in("support")
    mine, late, asked, ours = (open_case() for _ in range(4))
    actions.assign(mine, actor=support, assignee=me.user)
    spread(late, -30)
    actions.ask_consumer(asked, actor=support, body="请补照片。", submission_key=new_key())
    actions.escalate(ours, actor=support)
    for view in (*queue.VIEWS, *queue.KIND_VIEWS):
        page = client.get("/desk/", {"view": view.name}).context
        listed = len(page["rows"]) - (page["also_overdue"] if view.counted else 0)
        assert page["number"] == listed, view.name


def test_figures_stop_at_the_cap(open_case, numbers, client, monkeypatch):
    for _ in range(4):
        open_case()
    monkeypatch.setattr(queue, "CAP", 2)
    assert "2+" in client.get("/desk/?view=all").text


def test_pages_follow_each_other_without_gap_or_repeat(
    open_case, support, new_key, client, sign_in, page_of
):
    sign_in("support")
    page_of(3)
    cases = [open_case() for _ in range(8)]
    for case in cases[:4]:
        spread(case, 100)  # the same moment: the number decides
    for case in cases[4:6]:
        actions.ask_consumer(case, actor=support, body="请补照片。", submission_key=new_key())
    seen, query = [], {"view": "all"}
    for _page in range(3):
        page = client.get("/desk/", query).context["page"]
        seen += [case.number for case in page.rows]
        query["after"] = page.next
    assert page.next == ""
    assert sorted(seen) == sorted(case.number for case in cases)
    assert seen[-2:] == [case.number for case in cases[4:6]]


@pytest.mark.parametrize("query", ["view=all", "view=all&order=new", "view=all&order=old"])
def test_one_goes_back_page_by_page_over_the_same_rows(
    open_case, support, new_key, client, sign_in, page_of, query
):
    sign_in("support")
    page_of(3)
    cases = [open_case() for _ in range(11)]
    for case in cases[:4]:
        spread(case, 100)  # the same moment: the number decides
    for case in cases[4:9]:
        actions.ask_consumer(case, actor=support, body="请补照片。", submission_key=new_key())
    assert _back_and_forth(client, query) == 4


def test_one_goes_back_among_closed_cases(
    open_case, support, close, client, sign_in, page_of, clock, pass_time
):
    sign_in("support")
    page_of(3)
    for number in range(8):
        close(open_case(), support)
        pass_time(minutes=number // 2)  # some at the same moment
    assert _back_and_forth(client, "view=closed") == 3


def _back_and_forth(client, query) -> int:
    """How many pages there are; each is met again on the way back."""
    way, after = [], ""
    while True:
        page = client.get(f"/desk/?{query}&after={after}")
        way.append((after, [row.number for row in page.context["page"].rows]))
        assert ("上一页" in page.text) == bool(after)
        if not page.context["page"].next:
            break
        after = page.context["page"].next
    for before, numbers in reversed(way[:-1]):
        back = client.get(f"/desk/?{query}&until={after}")
        assert back.status_code == 302
        page = client.get(back["Location"])
        assert [row.number for row in page.context["page"].rows] == numbers
        assert page.context["after"] == before
        after = before
    return len(way)


def test_closed_cases_have_a_view_of_their_own(open_case, support, close, numbers):
    first, second = open_case(), open_case()
    close(first, support)
    assert numbers("?view=all") == [second.number]
    assert numbers("?view=closed") == [first.number]


def test_closed_cases_are_not_said_to_stand_by_deadline(client, sign_in, db):
    sign_in("support")
    assert "最近办结" in client.get("/desk/?view=closed").text
    assert "按时限" not in client.get("/desk/?view=closed").text
    assert "按时限" in client.get("/desk/?view=all").text


@pytest.mark.parametrize("after", ["", "x", "_", "99999999999_1", "1e9_3", "_999999999999999999"])
def test_a_made_up_place_in_the_list_does_no_harm(open_case, client, sign_in, after):
    sign_in("support")
    open_case()
    assert client.get("/desk/", {"view": "all", "after": after}).status_code == 200
    assert client.get("/desk/", {"view": "all", "until": after}).status_code in {200, 302}


def test_it_finds_by_number_tail_and_merchant(open_case, make_payment, shop, numbers):
    case = open_case(payment=make_payment(shop.merchant, card_tail="4821"))
    other = open_case(payment=make_payment(shop.merchant, card_tail="1111"))
    for words in (case.number, case.number.replace("-", ""), "4821"):
        assert numbers(f"?q={words}") == [case.number], words
    assert set(numbers(f"?q={shop.merchant.name[1:]}")) == {case.number, other.number}
    assert numbers("?q=没有这家") == []


def test_what_was_searched_for_stays_with_the_opened_case(open_case, client, sign_in):
    sign_in("support")
    case = open_case()
    row = client.get(f"/desk/?q={case.number}").text
    assert parse_qs(urlsplit(f"/desk/cases/{case.number}/?q={case.number}").query)["q"][0] in row
    page = client.get(f"/desk/cases/{case.number}/?q={case.number}")
    assert [row.number for row in page.context["rows"]] == [case.number]


@pytest.mark.parametrize("role", ["support", "supervisor", "operations", "auditor"])
def test_people_who_work_or_read_cases_get_in(client, sign_in, role):
    sign_in(role)
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize("role", ["clerk", "manager", "administrator"])
def test_others_do_not(client, sign_in, role):
    sign_in(role)
    assert client.get("/desk/").status_code == 403


def test_strangers_are_led_to_the_sign_in(client, db):
    assert client.get("/desk/").headers["Location"].startswith("/account/login/")


def test_account_and_time_stand_in_the_bar(client, sign_in):
    me = sign_in("support")
    text = client.get("/desk/").text
    assert me.user.username in text
    assert "11月23日 15:40" in text


def test_the_queue_costs_nine_queries_however_long_it_is(
    open_case, client, sign_in, django_assert_num_queries
):
    sign_in("support")
    for _ in range(3):
        open_case()
    client.get("/desk/")
    with django_assert_num_queries(9):
        client.get("/desk/?view=all")
    for _ in range(5):
        open_case()
    with django_assert_num_queries(9):
        client.get("/desk/?view=all")


@pytest.mark.parametrize("page", ["/desk/?q=", "/desk/merchants/?q=", "/desk/payments/?merchant="])
def test_a_whole_card_number_is_searched_for_nowhere(client, sign_in, page):
    sign_in("support")
    answer = client.get(f"{page}{'6217' * 4}")
    assert (answer.status_code, answer["Location"]) == (302, page.partition("?")[0])
    assert client.get(f"{page}{'8' * 15}").status_code == 200
