"""Computed styles that one slip leaves for the next."""

from receipts.slip import styles
from receipts.slip.papers import PAPERS
from receipts.slip.pdf import Press, slip_html
from tests.receipts.slip.conftest import CODE, copy_of

PAPER = PAPERS["80mm"]


def test_they_change_no_byte_of_any_slip(content_of):
    """Each drawn with the styles that all others left, and with none."""
    used, bare = Press(), Press()
    slips = [
        (paper, slip_html(content, paper=paper))
        for content in (content_of(kind, copy_of(code=CODE)) for kind in ("void", "bare"))
        for paper in PAPERS.values()
    ]
    for paper, html in slips:
        used.print(html, paper, CODE)
    for paper, html in slips:
        bare.stock = styles.Stock()
        assert used.print(html, paper, CODE) == bare.print(html, paper, CODE)


def test_the_second_slip_of_a_kind_needs_no_new_ones(content_of):
    press, seen = Press(), []
    for number in ("004182", "004183", "004184"):
        press.print(slip_html(content_of("sale", voucher_no=number)), PAPER)
        seen.append(len(press.stock))
    assert seen[0] == seen[1] == seen[2] > 30


def test_a_style_of_another_value_is_not_taken_for_one_that_was_there(content_of):
    press, other = Press(), Press()
    html = slip_html(content_of("sale"))
    plain, larger = html, html.replace('class="status"', 'style="font-size: 30px"')
    first = press.print(plain, PAPER)
    assert press.print(larger, PAPER) == other.print(larger, PAPER) != first
    assert press.print(plain, PAPER) == first


def test_strange_ones_are_not_kept_for_ever(monkeypatch):
    monkeypatch.setattr(styles, "LIMIT", 20)
    press = Press()
    for number in range(3):
        text = "".join(f'<p style="margin: {number}.{n}px">x</p>' for n in range(15))
        press.print(f'<html lang="zh"><head><title>x</title></head><body>{text}</body></html>')
        assert len(press.stock) <= 2 * 20
