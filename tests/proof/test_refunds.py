"""The promises of money back, in full: ROUNDS=200 of 50 at once on PostgreSQL (50 of 8 on SQLite,
which has one writer), and REFUND_KILLS=500."""

import os

import pytest
from django.db import connection

from tests.disputes import rushing
from tests.disputes.killing import kill_often

pytestmark = pytest.mark.django_db(transaction=True)


def test_never_a_fen_beyond_the_capture(case):
    postgres = connection.vendor == "postgresql"
    many, rounds = (50, 200) if postgres else (8, 50)
    became = rushing.rush(case, many=many, rounds=int(os.environ.get("ROUNDS", rounds)))
    assert {"refund", "chargeback", "adjustment", "Invalid", "Excluded"} <= set(became)


def test_killed_workers_and_gateways_execute_each_refund_once(
    case, shop, make_actor, settings, tmp_path
):
    people = {"manager": shop.manager, "supervisor": make_actor("supervisor")}
    kills = int(os.environ.get("REFUND_KILLS", "500"))
    kill_often(case, people, tmp_path, settings, kills=kills, many=200)
