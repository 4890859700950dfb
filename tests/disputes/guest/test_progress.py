"""/progress/: by number and a code to the contact, telling nobody which numbers exist."""

import re
import uuid

import pytest

from portal.audit.models import Event
from portal.gate.models import Code
from portal.outbox.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def ask(client, number: str):
    return client.post("/progress/", {"number": number})


def digits_sent() -> str:
    entry = Entry.objects.filter(topic="case.code").latest("pk")
    return re.search(r"\d{6}", entry.payload["body"])[0]


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def bare(response) -> str:
    """A page without what differs in every one: tokens and its own address."""
    return re.sub(r'value="[^"]*"|/progress/[0-9a-f-]{36}/', "", response.content.decode())


def test_number_and_code_open_the_case(case, client, run_outbox, mailoutbox):
    code_page = ask(client, case.number)["Location"]
    run_outbox()
    mail = next(mail for mail in mailoutbox if "验证码" in mail.subject)
    assert mail.to == ["guest@example.org"]
    digits = re.search(r"\d{6}", mail.body)[0]
    assert client.post(code_page, {"code": digits})["Location"] == f"/case/{case.number}/"
    assert client.get(f"/case/{case.number}/").status_code == 200
    told = Event.objects.filter(subject=case.subject).values_list("type", flat=True)
    assert {"case.code_sent", "case.seen_by_code"} <= set(told)


def test_a_mobile_gets_the_code_by_sms(open_case, client):
    case = open_case(contact_kind="mobile", contact="13800138000")
    ask(client, case.number)
    entry = Entry.objects.get(topic="case.code")
    assert (entry.kind, entry.recipient) == ("sms", "13800138000")


FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789"}


@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda number: f"  {number} ",
        lambda number: number.replace("-", ""),
        lambda number: number.replace("-", " – "),
        lambda number: f"{number.translate(FULL_WIDTH)}号".replace("-", "－"),
    ],
)
def test_the_number_is_read_kindly(case, client, write):
    ask(client, write(case.number))
    assert Code.objects.filter(subject=case.number).exists()


@pytest.mark.parametrize("typed", ["", "abc", "12", "2611-0472-99999", "<script>"])
def test_what_is_no_number_is_told_beside_the_field(client, db, typed):
    page = ask(client, typed).content.decode()
    assert page.count("请照这个样子填") == 2
    assert "<script>" not in page


def test_an_unknown_number_gets_the_same_answer(case, client, other_browser):
    client.get("/progress/")
    known, unknown = ask(client, case.number), ask(other_browser, "9912-0001")
    assert known.status_code == unknown.status_code == 302
    known_page = client.get(known["Location"])
    unknown_page = other_browser.get(unknown["Location"])
    assert bare(known_page) == bare(unknown_page)
    assert "example.org" not in known_page.content.decode()
    tried = client.post(known["Location"], {"code": wrong(digits_sent())})
    other = other_browser.post(unknown["Location"], {"code": "123456"})
    assert (tried.status_code, bare(tried)) == (other.status_code, bare(other))
    assert Code.objects.count() == 1


def test_a_limit_reached_gets_the_same_answer_and_no_message(case, client):
    first, second = ask(client, case.number), ask(client, case.number)
    assert bare(client.get(first["Location"])) == bare(client.get(second["Location"]))
    assert Entry.objects.filter(topic="case.code").count() == 1


def test_five_a_day_and_one_a_minute(case, client, pass_time):
    for _time in range(8):
        ask(client, case.number)
        pass_time(minutes=2)
    assert Entry.objects.filter(topic="case.code").count() == 5


def test_a_code_is_good_for_five_tries(case, client):
    code_page = ask(client, case.number)["Location"]
    right = digits_sent()
    for _try in range(5):
        assert client.post(code_page, {"code": wrong(right)}).status_code == 200
    assert client.post(code_page, {"code": right}).status_code == 200
    assert client.get(f"/case/{case.number}/").status_code == 404


def test_asked_twice_the_code_that_was_sent_opens_the_second_page_too(case, client):
    """A double tap leaves the browser on the second page; the limit sends no second code."""
    ask(client, case.number)
    second = ask(client, case.number)["Location"]
    assert Entry.objects.filter(topic="case.code").count() == 1
    answer = client.post(second, {"code": digits_sent()})
    assert answer.headers.get("Location") == f"/case/{case.number}/"


def test_another_page_gives_no_more_tries(case, client):
    pages = [ask(client, case.number)["Location"] for _page in range(2)]
    right = digits_sent()
    for number in range(5):
        client.post(pages[number % 2], {"code": wrong(right)})
    for page in pages:
        assert client.post(page, {"code": right}).status_code == 200
    assert client.get(f"/case/{case.number}/").status_code == 404


def test_a_whole_card_number_is_not_shown_again(client, db):
    number = "6217" * 4
    response = client.post("/progress/", {"number": number})
    assert "id_number_error" in response.content.decode()
    assert number not in response.content.decode()


def test_a_code_is_good_for_ten_minutes(case, client, pass_time):
    code_page = ask(client, case.number)["Location"]
    pass_time(minutes=10)
    assert client.post(code_page, {"code": digits_sent()}).status_code == 200
    assert client.get(f"/case/{case.number}/").status_code == 404


def test_a_code_is_good_once(case, client, other_browser):
    code_page = ask(client, case.number)["Location"]
    digits = digits_sent()
    client.post(code_page, {"code": digits})
    assert client.post(code_page, {"code": digits}).status_code == 200


def test_a_code_is_good_in_the_browser_that_asked_for_it(case, client, other_browser):
    code_page = ask(client, case.number)["Location"]
    ask(other_browser, "9912-0001")
    assert other_browser.post(code_page, {"code": digits_sent()}).status_code == 200
    assert other_browser.get(f"/case/{case.number}/").status_code == 404


def test_a_made_up_code_page_opens_nothing(client, db):
    assert client.get(f"/progress/{uuid.uuid4()}/").status_code == 200
    assert client.post(f"/progress/{uuid.uuid4()}/", {"code": "000000"}).status_code == 200


def test_full_width_digits_and_spaces_are_read(case, client):
    code_page = ask(client, case.number)["Location"]
    typed = " ".join(chr(ord(digit) + 0xFEE0) for digit in digits_sent())
    assert client.post(code_page, {"code": typed}).status_code == 302


def test_the_code_speaks_the_language_of_the_case(open_case, client):
    ask(client, open_case(language="en").number)
    assert "Your code" in Entry.objects.get(topic="case.code").payload["body"]


def test_a_browser_sees_its_own_cases_first(case, open_case, hold, client):
    other = open_case(contact="other@example.org")
    hold(case)
    page = client.get("/progress/").content.decode()
    assert case.number in page
    assert "商户应在 明天 15:40 前答复您" in page
    assert other.number not in page


def test_a_draft_can_be_gone_on_with(filled, client, other_browser):
    assert "没填完的" in client.get("/progress/").content.decode()
    assert "没填完的" not in other_browser.get("/progress/").content.decode()
    client.post(f"/open/{filled.public_id}/check/")
    assert "没填完的" not in client.get("/progress/").content.decode()


def ask_from(client, address: str, number: str) -> str:
    answer = client.post("/progress/", {"number": number}, REMOTE_ADDR=address)
    assert answer.status_code == 302
    return answer["Location"]


def test_one_address_gets_so_many_codes_an_hour(open_case, client, settings, pass_time):
    settings.CODE_LIMITS = {"address": 2, "network": 1, "all": 100}
    cases = [open_case(contact=f"guest{n}@example.org") for n in range(4)]
    pages = [ask_from(client, "198.51.100.7", case.number) for case in cases[:3]]
    assert Code.objects.count() == 2
    assert bare(client.get(pages[0])) == bare(client.get(pages[2]))
    ask_from(client, "198.51.100.8", cases[3].number)
    assert Code.objects.count() == 3
    pass_time(hours=2)
    ask_from(client, "198.51.100.7", cases[2].number)
    assert Code.objects.count() == 4


def test_an_unknown_number_counts_as_well(case, client, settings):
    settings.CODE_LIMITS = {"address": 2, "network": 1, "all": 100}
    for number in ("9912-0001", "9912-0002", case.number):
        ask_from(client, "198.51.100.7", number)
    assert not Code.objects.exists()


def test_a_household_of_ipv6_is_one_address(open_case, client, settings):
    settings.CODE_LIMITS = {"address": 9, "network": 1, "all": 100}
    for n in range(2):
        number = open_case(contact=f"guest{n}@example.org").number
        ask_from(client, f"2001:db8:7:1::{n + 1}", number)
    assert Code.objects.count() == 1


def test_all_together_get_so_many_and_operations_hear_of_it(
    open_case, client, settings, make_member, run_outbox, mailoutbox
):
    settings.CODE_LIMITS = {"address": 9, "network": 9, "all": 2}
    told = [make_member(role).user.email for role in ("operations", "supervisor")]
    for n in range(4):
        number = open_case(contact=f"guest{n}@example.org").number
        ask_from(client, f"198.51.{n}.7", number)
    assert Code.objects.count() == 2
    mailoutbox.clear()
    run_outbox()
    letters = [letter for letter in mailoutbox if "验证码要得太多" in letter.subject]
    assert sorted(to for letter in letters for to in letter.to) == sorted(told)


def test_an_address_with_too_many_wrong_digits_is_compared_with_nothing(
    open_case, client, other_browser, settings
):
    settings.CODE_LIMITS = {"address": 3, "network": 3, "all": 100}
    case = open_case(contact="a@example.org")
    for _try in range(3):
        other_browser.post(f"/progress/{uuid.uuid4()}/", {"code": "000000"})
    ask(other_browser, "9912-0001")
    for _try in range(3):
        other_browser.post(f"/progress/{uuid.uuid4()}/", {"code": "000000"})
    page = ask_from(client, "127.0.0.1", case.number)
    assert client.post(page, {"code": digits_sent()}).status_code == 200
    elsewhere = client.post(page, {"code": digits_sent()}, REMOTE_ADDR="198.51.100.9")
    assert elsewhere["Location"] == f"/case/{case.number}/"
