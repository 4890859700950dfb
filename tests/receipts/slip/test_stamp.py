"""The status as a seal, and the logo."""

import re
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from receipts.models import Reversal
from receipts.models.payment import Status
from receipts.templatetags.slip import WORDS, dates_whole, stamp

SPRITES = ("stamps.svg", "logo.svg")


def drawn(payment) -> str:
    return render_to_string("components/stamp.html", stamp(payment))


def word_and_date(markup: str) -> str:
    return "".join(chr(int(point, 16)) for point in re.findall(r"#u([0-9a-f]+)", markup))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("sale", "已结算2026.11.23"),
        ("refund", "已退款2026.11.25"),
        ("partly_refunded", "部分退款2026.11.25"),
        ("void", "已撤销2026.11.25"),
        ("declined", "未成功2026.11.22"),
        ("waiting", "处理中"),
    ],
)
def test_each_status_has_its_seal_with_the_day_it_came_true(make_kind, kind, expected):
    assert word_and_date(drawn(make_kind(kind))) == expected


def test_the_latest_refunds_day_counts_in_shanghai(make_kind):
    payment = make_kind("partly_refunded")
    Reversal.objects.create(
        payment=payment,
        kind="refund",
        amount_minor=100,
        occurred_at=datetime(2026, 11, 27, 16, 30, tzinfo=UTC),
        identity="test:later",
    )
    assert word_and_date(drawn(payment)).endswith("2026.11.28")


def test_a_seal_without_a_known_day_bears_none(make_kind):
    assert word_and_date(drawn(make_kind("sale", settled_on=None))) == "已结算"


def test_it_is_a_picture_with_its_word_in_the_readers_language(make_kind):
    payment = make_kind("sale")
    assert 'role="img" aria-label="已结算 2026.11.23"' in drawn(payment)
    with override("en"):
        assert 'aria-label="Settled 2026.11.23"' in drawn(payment)


def test_what_is_not_final_is_no_seal(make_kind):
    markup = drawn(make_kind("waiting"))
    assert "stamp-waiting" in markup
    assert "mask" not in markup


@pytest.mark.parametrize("kind", ["sale", "partly_refunded", "waiting"])
def test_a_seal_keeps_to_the_content_security_policy(make_kind, kind):
    assert "style=" not in drawn(make_kind(kind)) + render_to_string("components/logo.html")


@pytest.mark.parametrize("kind", ["sale", "partly_refunded", "waiting"])
def test_the_word_and_the_date_stand_inside_the_frame(make_kind, kind):
    context = stamp(make_kind(kind))
    for piece in (*context["word"], *context["digits"]):
        assert 14 <= piece.x <= context["width"] - 14
    assert context["word"][-1].x + 30 + 16 == context["width"]


def test_every_piece_is_in_the_sprite_that_set_up_cuts(root, make_kind):
    texts = [(root / "static" / "vendor" / name).read_text("utf-8") for name in SPRITES]
    found = {key for text in texts for key in re.findall(r'<path id="(\w+)"[^>]* d="m', text, re.I)}
    wanted = {f"u{ord(character):x}" for word in WORDS.values() for character in word}
    wanted |= {f"u{ord(character):x}" for character in "0123456789."} | {"paper", "sign"}
    assert wanted <= found


def test_every_status_has_a_word():
    assert set(WORDS) == set(Status)


def test_a_date_stays_on_one_line_and_what_stands_beside_it_is_escaped():
    assert dates_whole("<b>已于 2026-11-23 结算") == (
        '&lt;b&gt;已于 <span class="whole">2026-11-23</span> 结算'
    )
    assert dates_whole("112219-420386") == "112219-420386"
