"""The consumer's whole way in a real browser: from the slip to a case, and back to it."""

import re

import pytest

from disputes.models import Case
from portal.outbox.models import Entry
from tests.browser.conftest import PHONE, press
from tests.portal.uploads.files import picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["with_script", "without_script"])
def page(request, open_browser):
    return open_browser(**PHONE, javascript=request.param == "with_script")


@pytest.fixture
def look(page, fits, request):
    """axe runs as a script, so it looks only where scripts run."""
    return lambda: fits(page) if request.node.callspec.params["page"] == "with_script" else None


@pytest.fixture
def found(page, make_payment, merchant, institution):
    """The browser has found its payment and stands on its page."""
    from django.utils import timezone

    from tests.payments import SHANGHAI

    at = timezone.now().astimezone(SHANGHAI).replace(second=0, microsecond=0)
    payment = make_payment(merchant, at=at)
    page.goto("/")
    page.fill("#id_card_tail", payment.card_tail)
    page.check("#id_date", force=True)
    page.fill("#id_time", f"{at:%H:%M}")
    page.fill("#id_amount", "386.50")
    page.get_by_role("button", name="找回小票").click()
    page.wait_for_url("**/payment/**")
    return payment


def go_on(page):
    press(page.locator("#question button.btn-main"))


def test_from_the_slip_to_a_case_and_an_answer(page, look, found):
    press(page.get_by_role("link", name=re.compile("对这笔交易有疑问")))
    look()
    press(page.get_by_role("button", name=re.compile("不是我付的")))
    assert "锁住卡" in page.locator("h1").inner_text()
    look()
    go_on(page)
    go_on(page)  # without words: told what is missing
    assert page.locator("#id_body_error").inner_text() == "请写下您要说的话。"
    assert page.evaluate("document.activeElement.className") == "summary"
    look()
    page.fill("#id_body", "卡一直在我这里。")
    page.set_input_files(
        "#id_files",
        [
            {"name": "截屏.png", "mimeType": "image/png", "buffer": picture("PNG")},
            {"name": "假的.jpg", "mimeType": "image/jpeg", "buffer": b"MZ" + bytes(99)},
        ],
    )
    go_on(page)
    assert "“假的.jpg”" in page.locator("#id_files_error").inner_text()
    assert page.locator(".taken").inner_text().startswith("截屏.png")
    assert page.locator("#id_body").input_value() == "卡一直在我这里。"
    look()
    go_on(page)
    page.fill("#id_contact", "guest@example.org")
    look()
    go_on(page)
    look()
    press(page.get_by_role("button", name="提交"))
    link = page.locator("#link").input_value()
    assert "/link/" in link
    look()
    press(page.get_by_role("link", name="查看处理进度"))
    case = Case.objects.get()
    assert case.reason == "not_mine"
    look()
    page.fill("#id_body", "还有一句。")
    press(page.get_by_role("button", name="发送"))
    assert page.locator(".message-own").last.inner_text().endswith("还有一句。")
    press(page.get_by_role("link", name=re.compile("看这张小票")))
    assert page.url.endswith(f"/payment/{found.pk}/")


def test_back_by_number_and_code_in_another_browser(page, look, found, open_browser):
    press(page.get_by_role("button", name=re.compile("申请退款")))
    page.check("#id_amount_kind_part")
    page.fill("#id_amount", "58")
    look()
    go_on(page)
    page.fill("#id_body", "点的菜没上。")
    go_on(page)
    page.fill("#id_contact", "13800138000")
    go_on(page)
    press(page.get_by_role("button", name="提交"))
    number = Case.objects.get().number
    other = open_browser(**PHONE)
    other.goto("/progress/")
    other.fill("#id_number", number)
    press(other.get_by_role("button", name="获取验证码"))
    sent = Entry.objects.get(topic="case.code").payload["body"]
    other.fill("#id_code", re.search(r"\d{6}", sent)[0])
    press(other.get_by_role("button", name="查看进度"))
    assert other.url.endswith(f"/case/{number}/")
    press(other.get_by_role("link", name=re.compile("撤回申请")))
    press(other.get_by_role("button", name="撤回"))
    assert other.locator("h1").inner_text() == "您撤回了申请"
