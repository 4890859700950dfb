"""A few kills in each run of the suite; 500 in tests/proof."""

import pytest

from tests.disputes.killing import kill_often


@pytest.mark.django_db(transaction=True)
def test_killed_workers_and_gateways_execute_each_refund_once(
    case, shop, make_actor, settings, tmp_path
):
    people = {"manager": shop.manager, "supervisor": make_actor("supervisor")}
    kill_often(case, people, tmp_path, settings, kills=6, many=8)
