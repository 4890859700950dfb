"""Messages as banks write them, of our own making; a browser reads the same ones
(tests/browser/test_paste.py)."""

import json
from pathlib import Path

import pytest

from receipts import bank_message
from receipts.bank_message import rules
from tests.cards import a_card_number

pytestmark = pytest.mark.usefixtures("clock")
MESSAGES = json.loads((Path(__file__).parent / "bank_messages.json").read_text("utf-8"))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["says"][:24] or "empty")
def test_it_is_understood(message):
    assert bank_message.read(message["says"]) == message["means"]


@pytest.mark.parametrize(
    ("says", "date"),
    [
        ("2月29日 19:42 消费", None),
        ("2024年2月29日 19:42 消费", "2024-02-29"),
        ("2月30日 19:42 消费", None),
        ("11月24日 19:42 消费", "2025-11-24"),
        ("24日19:42 消费", "2026-10-24"),
        ("31日19:42 消费", "2026-10-31"),
        ("2027年1月1日 消费", None),
    ],
)
def test_a_day_is_the_last_that_was(says, date):
    assert bank_message.read(says).get("date") == date


def test_a_whole_card_number_is_never_read():
    number = a_card_number()
    read = bank_message.read(f"您卡号{number}11月22日消费386.50元")
    assert number not in str(read)
    assert len(read.get("card_tail", "")) in (0, 4)


@pytest.mark.parametrize(
    "says",
    ["9" * 100_000, "尾号" * 5000, "(" * 600, "\0", "消费" + "1," * 300, "在" * 600, "\ud83d"],
)
def test_rubbish_is_read_quickly_as_nothing_much(says):
    assert set(bank_message.read(says)) <= {"card_tail", "amount", "merchant_name"}


def test_every_rule_fits_some_message():
    """No rule stands there unread."""
    import re
    import unicodedata

    plain = [
        re.sub(r"\s", "", unicodedata.normalize("NFKC", message["says"])) for message in MESSAGES
    ]
    for field in ("tail", "day", "time", "amount", "merchant"):
        for rule in rules()[field]:
            assert any(re.search(rule, text, re.IGNORECASE) for text in plain), rule
