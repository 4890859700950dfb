"""The desk and the merchant panel in a real browser: by keyboard, by htmx, without JavaScript."""

import pytest
from playwright.sync_api import expect

from disputes.models import Case, Message

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_case_is_worked_by_keyboard_alone(desktop, entered, three, make_member, fits):
    me = make_member("support")
    page = entered(desktop, me.user)
    page.goto("/desk/?view=all")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator(".queue-row").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#desk-case .case")).to_be_visible()
    number = page.locator("#desk-case .case").get_attribute("data-number")
    assert page.url.endswith(f"/desk/cases/{number}/?view=all")
    expect(first).to_have_attribute("aria-current", "true")

    page.keyboard.press("n")
    expect(page.locator("#body")).to_be_focused()
    expect(page.get_by_role("button", name="记下，仅本机构可见")).to_be_visible()
    page.keyboard.type("jkan 不是按键")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".message-internal").last).to_contain_text("jkan 不是按键")
    note = Message.objects.get(body="jkan 不是按键")
    assert (note.case.number, note.audience) == (number, "internal")
    fits(page)

    page.keyboard.press("Escape")
    expect(page.locator(f"#row-{number} .queue-row")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#assignee")).to_be_focused()
    page.locator("#assignee").select_option(label=me.user.name)
    page.get_by_role("button", name="分派", exact=True).click()
    expect(page.locator(f"#row-{number} .q-owner")).to_have_attribute("title", me.user.name)
    assert Case.objects.get(number=number).assignee == me.user

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="按键")).to_be_visible()
    fits(page)


def test_the_button_repeats_the_audience(desktop, entered, case, make_member):
    page = entered(desktop, make_member("support").user)
    page.goto(f"/desk/cases/{case.number}/?view=all")
    send = page.locator(".composer button[type=submit]")
    for choice, words in (
        ("客户与商户", "发送给客户与商户"),
        ("仅商户", "只发送给商户"),
        ("内部备注", "记下，仅本机构可见"),
        ("请客户补充", "发送给客户，并暂停计时"),
        ("办结", "办结，并告诉客户"),
    ):
        page.locator(".composer label", has_text=choice).first.click()
        expect(send).to_have_accessible_name(words)


def test_an_error_stands_beside_the_words_and_they_are_kept(
    desktop, entered, case, make_member, console
):
    page = entered(desktop, make_member("support").user)
    page.goto(f"/desk/cases/{case.number}/?view=all")
    page.locator(".composer label.outcome", has_text="办结").click()
    page.locator("#body").fill("已经核实。")
    page.get_by_role("button", name="办结，并告诉客户").click()
    expect(page.locator("#composer-errors")).to_contain_text("请选择一个结果。")
    expect(page.locator("#body")).to_have_value("已经核实。")
    console.clear()  # Chromium reports the 422 with which the form was answered
    page.locator("#reason-resolve").select_option("other")
    page.locator("#cause-resolve").select_option("none_found")
    page.get_by_role("button", name="办结，并告诉客户").click()
    expect(page.locator(".case-head .chip")).to_contain_text("已解决")
    assert not Case.objects.get(pk=case.pk).is_open


def test_back_leads_to_the_case_before(desktop, entered, three, make_member):
    page = entered(desktop, make_member("support").user)
    page.goto("/desk/?view=all")
    for place in (0, 2):
        page.locator(".queue-row").nth(place).click()
        number = page.locator(".queue-row").nth(place).locator("xpath=..").get_attribute("id")
        expect(page.locator("#desk-case .case")).to_have_attribute("data-number", number[4:])
    page.go_back()
    first = page.locator(".queue-row").first.locator("xpath=..").get_attribute("id")
    expect(page.locator("#desk-case .case")).to_have_attribute("data-number", first[4:])
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "清蒸鲈鱼" not in kept


@pytest.fixture
def many(open_case):
    """More than a screen of them."""
    return [open_case(contact=f"guest{number}@example.org") for number in range(30)]


def test_only_the_panes_scroll(desktop, entered, many, make_member):
    """What is hidden from sight in a long list makes no page longer than its window."""
    page = entered(desktop, make_member("support").user)
    for path in ("/desk/?view=all", f"/desk/cases/{many[0].number}/?view=all"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollHeight - window.innerHeight") == 0


def test_back_from_a_case_one_is_where_one_was(desktop, entered, many, make_member):
    page = entered(desktop, make_member("support").user)
    page.goto("/desk/?view=all")
    row = page.locator(".queue-row").nth(25)
    row.click()
    expect(page.locator("#desk-case .case")).to_be_visible()
    page.go_back()
    expect(page.locator("#desk-case .case")).to_have_count(0)
    expect(page.locator(".queue-row").nth(25)).to_be_focused()
    expect(page.locator(".queue-row").nth(25)).to_be_in_viewport()


def test_the_keys_lead_to_the_next_page_and_out_of_what_is_open(
    desktop, entered, many, make_member, page_of
):
    page_of(20)
    page = entered(desktop, make_member("support").user)
    page.goto("/desk/?view=all")
    for _ in range(21):
        page.keyboard.press("j")
    expect(page.get_by_role("link", name="后面还有，下一页")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".queue-row")).to_have_count(10)
    page.get_by_role("link", name="上一页").click()
    expect(page.locator(".queue-row")).to_have_count(20)
    page.keyboard.press("f")
    expect(page.locator("#f-order")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#f-order")).to_be_hidden()
    expect(page.locator(".queue-row").first).to_be_focused()


def test_the_queue_follows_what_others_do(
    desktop, entered, case, open_case, close, support, make_member
):
    """Also where the last case goes, and where the first one comes."""
    page = entered(desktop, make_member("support").user)
    page.goto("/desk/?view=all")
    come_again = "document.getElementById('queue-scroll').dispatchEvent(new Event('queue:again'))"
    close(case, support)
    page.evaluate(come_again)
    expect(page.locator(".queue-row")).to_have_count(0)
    expect(page.locator("#queue-number")).to_have_text("0 件")
    expect(page.locator("#queue-scroll")).to_contain_text("这里现在没有案件")
    other = open_case(contact="other@example.org")
    page.evaluate(come_again)
    expect(page.locator(".queue-row")).to_have_count(1)
    expect(page.locator("#queue-number")).to_have_text("1 件")
    page.locator(".queue-row").click()
    expect(page.locator("#desk-case .case")).to_have_attribute("data-number", other.number)


def test_a_phone_shows_one_pane_at_a_time(phone, entered, three, make_member):
    page = entered(phone, make_member("support").user)
    page.goto("/desk/?view=all")
    expect(page.locator(".desk-case")).to_be_hidden()
    page.locator(".queue-row").first.click()
    expect(page.locator("#desk-case .case")).to_be_visible()
    expect(page.locator(".desk-queue")).to_be_hidden()
    page.get_by_role("link", name="回到队列").click()
    expect(page.locator(".desk-queue")).to_be_visible()


def test_all_of_it_works_without_javascript(plain_phone, entered, case, shop, make_member):
    page = entered(plain_phone, make_member("support").user)
    page.goto("/desk/?view=all")
    page.locator(".queue-row").first.click()
    page.locator("#body").fill("我们在看。")
    page.get_by_role("button", name="发送给客户与商户").click()
    expect(page.locator(".notices")).to_contain_text("已发送。")
    page = entered(plain_phone, shop.manager.user)
    page.goto("/merchant/")
    page.get_by_role("link", name="去答复").click()
    page.locator(".audience", has_text="仅机构").click()
    page.locator("#body").fill("明早核一下。")
    page.get_by_role("button", name="只发送给支付机构").click()
    expect(page.locator(".message-merchant")).to_contain_text("明早核一下。")


def test_how_a_case_ended_fits_a_phone_in_english(
    phone, entered, case, shop, close, support, make_member, fits
):
    close(case, support)
    Case.objects.filter(pk=case.pk).update(closing_reason="redone")
    for user, path in (
        (shop.manager.user, f"/merchant/cases/{case.number}/"),
        (make_member("support").user, f"/desk/cases/{case.number}/"),
    ):
        page = entered(phone, user, "en")
        page.goto(path)
        expect(page.locator(".chip-met")).to_contain_text("both confirmed")
        fits(page, look=False)
