"""The private link of a case: as long as it is open, until 90 days after closing, and revocable."""

import pytest

from disputes import actions, case_links
from portal.gate import links

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def opens(browser, token: str) -> bool:
    return browser.get(f"/link/{token}/").status_code == 200


def test_it_lives_while_the_case_is_open(case, client, pass_time):
    token = case_links.issue(case)
    pass_time(days=400)
    assert opens(client, token)


def test_it_ends_90_days_after_closing(at_institution, client, support, close, pass_time):
    token = case_links.issue(at_institution)
    close(at_institution, support)
    later = case_links.issue(at_institution)
    pass_time(days=89, hours=23)
    assert opens(client, token)
    assert opens(client, later)
    pass_time(hours=2)
    assert not opens(client, token)
    assert not opens(client, later)
    assert client.post(f"/link/{token}/").status_code == 404


def test_a_case_taken_up_again_has_its_links_again(
    at_institution, client, support, close, pass_time, consumer_of, new_key
):
    token = case_links.issue(at_institution)
    close(at_institution, support)
    pass_time(days=20)
    actions.continue_case(
        at_institution,
        actor=consumer_of(at_institution),
        body="还没解决。",
        submission_key=new_key(),
    )
    pass_time(days=200)
    assert opens(client, token)


def test_revoked_it_opens_nothing_and_what_it_opened_is_shut(case, client, hold, other_browser):
    token = case_links.issue(case)
    hold(case)
    assert client.get(f"/case/{case.number}/").status_code == 200
    links.revoke("case", case.number)
    assert client.get(f"/case/{case.number}/").status_code == 404
    assert not opens(other_browser, token)
    assert other_browser.post(f"/link/{token}/").status_code == 404
