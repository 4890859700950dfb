"""A refund that is approved answers the customer: what their page makes of it."""

import pytest

from disputes import clocks
from disputes.tasks import sweep_clocks
from tests.disputes.refunding import approve, propose

pytestmark = pytest.mark.usefixtures("clock")


def read(client, case) -> str:
    return client.get(f"/case/{case.number}/").text


def test_a_refund_that_is_approved_is_the_shops_answer(
    client, hold, case, shop, make_actor, pass_time
):
    """It proposed it: nobody takes the case for want of another word."""
    hold(case)
    propose(case, shop.manager)
    approve(case, make_actor("supervisor"))
    case.refresh_from_db()
    assert (case.stage, case.status) == ("merchant", "working")
    assert not clocks.runs(case, "merchant_first_reply")
    text = read(client, case)
    assert "商户答复您" in text
    assert "前答复您" not in text
    pass_time(hours=25)
    sweep_clocks()
    case.refresh_from_db()
    assert case.stage == "merchant"


def test_a_refund_of_the_institutions_is_not_told_as_the_shops_answer(
    client, hold, case, support, make_actor
):
    hold(case)
    propose(case, support)
    approve(case, make_actor("supervisor"))
    text = read(client, case)
    assert "商户答复您" not in text
    assert "商户办完" in text
