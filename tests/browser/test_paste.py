"""A bank's message, pasted: the browser reads what the server reads."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from receipts import bank_message

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]
MESSAGES = json.loads(
    (Path(__file__).parents[1] / "receipts" / "bank_messages.json").read_text("utf-8")
)


def test_both_read_every_message_alike(phone):
    phone.goto("/")
    source = phone.locator("script[src*=paste]").get_attribute("src")
    now = timezone.localtime()
    for message in MESSAGES:
        here = phone.evaluate(
            "async ([source, says]) => (await import(source)).read(says)", [source, message["says"]]
        )
        assert here == bank_message.read(message["says"], now), message["says"]


def says(day) -> str:
    return f"【江南银行】您尾号4821的卡{day:%m月%d日}19:42在半山听雨消费人民币386.50元"


@pytest.mark.parametrize("days", [1, 5])
def test_pasting_fills_the_form(phone, fits, days):
    day = timezone.localdate() - timedelta(days=days)
    phone.goto("/")
    phone.get_by_text("粘贴银行短信").click()
    fits(phone)
    phone.fill("#id_message", says(day))
    phone.get_by_role("button", name="填入").click()
    assert phone.input_value("#id_card_tail") == "4821"
    assert phone.input_value("#id_amount") == "386.50"
    assert phone.input_value("#id_time") == "19:42"
    assert phone.input_value("#id_merchant_name") == "半山听雨"
    chosen = phone.input_value("[name=date]:checked")
    assert (chosen if chosen != "other" else phone.input_value("#id_other_date")) == str(day)
    assert "已填入：卡号后四位、消费日期、消费时间、消费金额" in phone.inner_text("#paste_said")
    assert phone.input_value("#id_message") == ""
    fits(phone)


def test_what_cannot_be_read_says_so_and_stays(phone):
    phone.goto("/")
    phone.get_by_text("粘贴银行短信").click()
    phone.fill("#id_message", "您的验证码是 482193")
    phone.get_by_role("button", name="填入").click()
    assert "没有读懂" in phone.inner_text("#paste_said")
    assert phone.input_value("#id_message") == "您的验证码是 482193"
