"""A phone was lost, a mail went astray: who has an old link sees the case no more."""

import pytest
from django.test import Client
from django.urls import reverse

from disputes import actions, case_links
from disputes.errors import Invalid, NotAllowed
from portal.audit.models import Event
from portal.gate import links


@pytest.fixture
def opened(case):
    """A browser that came by the link of a mail."""
    token = case_links.issue(case)

    def by(browser):
        browser.post(reverse("gate:link", args=[token]))
        return browser.get(reverse("disputes:case", args=[case.number])).status_code

    by.token = token
    return by


def sees(browser, case) -> bool:
    answer = browser.get(reverse("disputes:case", args=[case.number]))
    return answer.status_code == 200 and case.number in answer.text


def test_the_customer_ends_what_was_sent_elsewhere_and_still_sees_the_case(case, opened, client):
    mine, other = client, Client()
    opened(mine)
    opened(other)
    assert sees(mine, case)
    assert sees(other, case)
    page = reverse("disputes:end_links", args=[case.number])
    assert "这台设备照常能看" in mine.get(page).text
    answer = mine.post(page, follow=True)
    assert "只有这台设备能看" in answer.text
    assert sees(mine, case)
    assert not sees(other, case)
    assert links.find(opened.token) is None
    event = Event.objects.get(type="case.links_ended")
    assert '"browsers":1' in event.text
    assert '"links":2' in event.text  # the acknowledgement's, and this one


def test_staff_end_them_for_a_customer_who_lost_the_phone(case, opened, client, support):
    opened(client)
    with pytest.raises(Invalid):
        actions.end_links(case, actor=support, reason=" ")
    assert sees(client, case)
    actions.end_links(case, actor=support, reason="客户来电：手机丢了。")
    assert not sees(client, case)
    # A new link works.
    assert links.find(case_links.issue(case))


def test_the_shop_ends_nobodys(case, shop):
    with pytest.raises(NotAllowed):
        actions.end_links(case, actor=shop.manager, reason="x")
