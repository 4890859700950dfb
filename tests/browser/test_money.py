"""Money back through real pages: proposed by a shop, approved with a code, executed, confirmed."""

import pytest
from playwright.sync_api import expect

from disputes.models import Refund
from tests.browser.conftest import PHONE, press
from tests.disputes.refunding import ALL
from tests.disputes.test_refund_gateway import file_tells

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_proposal_to_confirmation(
    open_browser, entered, desktop, case, shop, make_member, totp, fits, console
):
    phone = entered(open_browser(**PHONE), shop.manager.user)
    phone.goto(f"/merchant/cases/{case.number}/")
    phone.get_by_text("提出执行退款").click()
    phone.fill("[name=refund_amount]", "386.505")
    phone.fill("[name=refund_reason]", "没有上菜。")
    press(phone.get_by_role("button", name="提出", exact=True))
    expect(phone.locator("[name=refund_reason]")).to_have_value("没有上菜。")
    console.clear()  # Chromium says of every refused form that loading it failed
    phone.fill("[name=refund_amount]", "386.50")
    press(phone.get_by_role("button", name="提出", exact=True))
    expect(phone.locator(".money-steps [aria-current]")).to_contain_text("等支付机构批准")
    fits(phone)

    entered(desktop, make_member("supervisor").user)
    desktop.goto(f"/desk/cases/{case.number}/")
    press(desktop.get_by_text("输入动态码，再批准"))
    desktop.fill("[name=code]", totp())
    press(desktop.locator("main .btn-go"))
    press(desktop.get_by_role("button", name="批准退 ¥386.50"))
    expect(desktop.locator(".money-steps [aria-current]")).to_contain_text("等执行")

    entered(desktop, make_member("operations").user)
    desktop.goto(f"/desk/cases/{case.number}/")
    desktop.fill("[name=reference]", "112300012345")
    press(desktop.get_by_role("button", name="登记已执行"))
    expect(desktop.locator(".money-steps [aria-current]")).to_contain_text("等对账文件")
    fits(desktop)
    file_tells(Refund.objects.get().payment, ALL)
    desktop.reload()
    expect(desktop.locator(".refund-lines")).to_contain_text("对账文件已确认")
