"""The whole workflow against a slow model; `make proof` runs 2,000 lives of 50 steps."""

import pytest

from tests.disputes import workflow


@pytest.fixture
def people(shop, make_shop, make_actor):
    named = {role: make_actor(role) for role in ("support", "supervisor", "operations", "auditor")}
    return named | {
        "clerk": shop.clerk,
        "manager": shop.manager,
        "second": make_actor("supervisor"),
        "stranger": make_shop().manager,
    }


def test_the_workflow_agrees_with_its_model(open_case, people):
    workflow.holds(open_case, people, runs=4, steps=15)
