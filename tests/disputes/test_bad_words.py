"""What people write to try a desk, or because their keyboard does: on every surface it is their
text, whole, and nothing else."""

import csv
import html
import io
import re

import pytest
from django.test import Client

from disputes.models import Message
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db

WRITTEN = {
    "ten thousand characters": "菜没上，" * 2_499 + "请退。",
    "only emoji": "😡🙏🏽👩‍👩‍👧‍👦🇨🇳",
    "mixed directions": "שלום 菜没上 مرحبا 386.50 元 abc",
    "HTML": "<b onclick=alert(1)>粗</b><img src=x onerror=alert(1)><a href=javascript:x>点</a>",
    "markdown": "[点这里](javascript:alert(1)) ![图](https://evil.example/x.png) **粗** `代码`",
    "a template": "{{ case.contact }}{% debug %} %(number)s {number}",
    "a formula": '=HYPERLINK("https://evil.example","点这里")',
    "headers": "您好\nBcc: other\nSubject: 中奖",
}


@pytest.fixture(params=WRITTEN)
def written(request) -> str:
    return WRITTEN[request.param]


def shown(page: str, text: str) -> bool:
    """Escaped and whole, line ends aside."""
    flat = re.sub(r"\s+", " ", html.unescape(page))
    return re.sub(r"\s+", " ", html.escape(text)) in re.sub(r"\s+", " ", page) or (
        re.sub(r"\s+", " ", text) in flat
    )


LIVE = re.compile(r"onerror=|onclick=|href=javascript:|src=.?https?://evil|<b>粗|<strong>粗|<code>")


def is_dead(page: str) -> bool:
    """Nothing of it became markup: what looks like it stands between escaped brackets."""
    bare = re.sub(r"&lt;.*?&gt;", "", page, flags=re.S)
    return LIVE.search(bare) is None


def test_every_page_shows_it_as_it_was_written(
    client, case, hold, sign_in, shop, written, other_browser
):
    hold(case, other_browser)
    answer = other_browser.post(f"/case/{case.number}/", {"body": written}, follow=True)
    message = Message.objects.filter(case=case, author_kind="consumer").latest("pk")
    assert message.body == written
    pages = [answer.content.decode()]
    shops = Client()
    shops.force_login(shop.manager.user)
    pages.append(shops.get(f"/merchant/cases/{case.number}/").content.decode())
    pages.append(shops.get("/merchant/cases/").content.decode())
    sign_in("supervisor")
    pages.append(client.get(f"/desk/cases/{case.number}/").content.decode())
    pages.append(client.get("/desk/?view=all").content.decode())
    assert [shown(page, written) for page in pages[:2] + pages[3:4]] == [True] * 3
    assert [is_dead(page) for page in pages] == [True] * len(pages)


def test_no_message_out_carries_it_and_no_header_grows(case, say, shop, consumer_of, written):
    Entry.objects.all().delete()
    say(case, consumer_of(case), written)
    say(case, shop.manager, written)
    entries = list(Entry.objects.filter(kind__in=["mail", "sms"]))
    assert entries
    for entry in entries:
        told = entry.payload.get("subject", "") + entry.payload["body"]
        assert written[:12] not in told
        assert "evil.example" not in told
        assert "\n" not in entry.payload.get("subject", "")


def test_the_export_has_it_whole_and_no_cell_is_a_formula(
    client, case, say, shop, sign_in, written
):
    say(case, shop.manager, written)
    sign_in("supervisor")
    answer = client.get("/desk/export/messages.csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    plain = [re.sub(r"\s+", " ", cell.removeprefix("'")) for cell in cells]
    assert re.sub(r"\s+", " ", written) in plain
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r") and len(cell) > 1] == []


def test_what_is_too_long_says_so_and_stays(client, case, hold):
    hold(case)
    page = client.post(f"/case/{case.number}/", {"body": "长" * 10_001}).content.decode()
    assert "最多 10,000 个字，现在有 10,001 个" in page
    assert "长" * 10_001 in page
