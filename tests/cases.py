"""Fixtures: a shop whose people answer, and cases about its payments."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from disputes import actions, case_links
from disputes.desk import paging
from disputes.models import Case
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.compiled import CompiledFor
from receipts.models import Merchant


@dataclass
class Shop:
    organisation: Organisation
    merchant: Merchant
    manager: Actor
    clerk: Actor


@pytest.fixture
def make_shop(make_merchant_organisation, make_merchant, make_actor) -> Callable[[], Shop]:
    def make() -> Shop:
        organisation = make_merchant_organisation()
        return Shop(
            organisation,
            make_merchant(organisation=organisation),
            make_actor("manager", organisation),
            make_actor("clerk", organisation),
        )

    return make


@pytest.fixture
def shop(make_shop) -> Shop:
    return make_shop()


@pytest.fixture
def consumer_of() -> Callable[[Case], Actor]:
    """Whoever has proved that the case is theirs."""
    return lambda case: Actor.consumer(case.subject)


@pytest.fixture
def new_key() -> Callable[[], uuid.UUID]:
    return uuid.uuid4


@pytest.fixture
def answers(make_payment, shop) -> Callable[..., dict]:
    """What a customer filled in, for `actions.open_case`; name what is to differ."""

    def make(**values) -> dict:
        if "payment" not in values:
            values["payment"] = make_payment(shop.merchant)
        return {
            "kind": "refund_request",
            "body": "点的清蒸鲈鱼一直没上。",
            "contact_kind": "email",
            "contact": "guest@example.org",
            "language": "zh-hans",
            "submission_key": uuid.uuid4(),
            "actor": Actor.consumer("browser:1"),
        } | values

    return make


@pytest.fixture
def open_case(answers) -> Callable[..., Case]:
    return lambda **values: actions.open_case(**answers(**values)).case


@pytest.fixture
def case(open_case) -> Case:
    """A refund request that waits for its merchant."""
    return open_case()


@pytest.fixture
def at_institution(case, support) -> Case:
    actions.escalate(case, actor=support)
    return case


@pytest.fixture
def say(new_key) -> Callable[..., object]:
    """`say(case, actor, "…")`: a reply to all parties."""
    return lambda case, actor, body="好的。", **values: actions.reply(
        case, actor=actor, body=body, submission_key=new_key(), **values
    )


@pytest.fixture
def close(new_key) -> Callable[..., object]:
    """`close(case, actor)` resolves; `close(case, actor, "reject")` rejects."""

    def do(case, actor, verb="resolve"):
        return getattr(actions, verb)(
            case,
            actor=actor,
            body="已经办好。",
            closing_reason="other",
            root_cause="none_found",
            submission_key=new_key(),
        )

    return do


@pytest.fixture
def three(open_case, support, shop, say, new_key) -> list[Case]:
    """One with talk of every audience, one paused, one plain."""
    cases = [open_case(contact=f"{name}@example.org") for name in ("an", "bo", "ci")]
    say(cases[0], shop.manager, "我明早到店核一下。", audience="merchant")
    actions.add_note(cases[0], actor=support, body="打过电话。", submission_key=new_key())
    actions.ask_consumer(cases[1], actor=support, body="请补照片。", submission_key=new_key())
    return cases


@pytest.fixture
def page_of(monkeypatch):
    """`page_of(3)`: so many cases to a page of the queue; the statements made for other sizes are
    neither used nor left behind."""

    def size(number: int) -> None:
        monkeypatch.setattr(paging, "PAGE", number)
        for name in ("_first", "_following", "_undated"):
            monkeypatch.setattr(paging, name, CompiledFor(getattr(paging, name).build))

    return size


@pytest.fixture
def other_browser() -> Client:
    return Client()


@pytest.fixture
def hold(client) -> Callable[..., None]:
    """`hold(case)`: the browser opens the case's private link."""

    def do(case, browser: Client = client) -> None:
        assert browser.post(f"/link/{case_links.issue(case)}/").status_code == 302

    return do
