"""What else must be so of a case for a row of the policy to hold."""

from dataclasses import replace
from datetime import date

import pytest
from django.db.models import Value

from disputes import actions
from disputes.models import Case, PolicyVersion, Refund
from disputes.models.case import Kind, Stage, Status
from disputes.policy.table import GIVEN, Step
from receipts.models import Payment
from tests.disputes.refunding import approve, propose

pytestmark = pytest.mark.django_db
PAID, DECLINED = Payment(pk=1, status="settled"), Payment(pk=2, status="declined")


def holds(name: str, **values) -> bool:
    found = GIVEN[name](Case(**{"refund_waits": ""} | values))
    assert found in (True, False)
    return found


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("", {}, True),
        ("payment", {}, False),
        ("payment", {"payment": DECLINED}, True),
        ("slip", {}, False),
        ("slip", {"payment": PAID}, True),
        ("slip", {"payment": DECLINED}, False),
        ("offer", {}, False),
        ("offer", {"offered_minor": 1}, True),
        ("no refund waits", {}, False),
        ("no refund waits", {"payment": PAID}, True),
        ("no refund waits", {"payment": PAID, "refund_waits": "unknown"}, False),
        ("merged while waiting", {}, False),
        ("merged while waiting", {"merged_from": Status.WORKING}, False),
        ("merged while waiting", {"merged_from": Status.WAITING_CONSUMER}, True),
        ("not forwarded", {}, True),
        ("not forwarded", {"forwarded_on": date(2026, 11, 23)}, False),
        ("one request waits", {}, False),
        ("one request waits", {"requests_waiting": 1}, True),
        ("one request waits", {"requests_waiting": 2}, False),
        ("requests wait", {}, False),
        ("requests wait", {"requests_waiting": 1}, False),
        ("requests wait", {"requests_waiting": 2}, True),
    ],
)
def test_what_is_so_of_a_case(name, values, expected):
    assert holds(name, **values) == expected


def test_each_state_of_a_refund_is_somebodys():
    states = ("", "proposed", "network", "to_execute", "under_way", "unknown")
    of = {
        "a proposal": {"proposed"},
        "a network proposal": {"network"},
        "a refund to execute": {"to_execute"},
        "a refund somebody may find out about": {"to_execute", "unknown"},
    }
    for name, among in of.items():
        assert {state for state in states if holds(name, refund_waits=state)} == among


def test_an_extension_is_asked_for_or_it_is_not(support):
    assert holds("no extension")
    assert not holds("extension")
    assert holds("extension", extension_by=support.user)
    assert not holds("no extension", extension_by=support.user)


def test_nobody_is_at_a_merchant_whose_people_rest(case, shop):
    assert holds("nobody at the merchant")
    assert not GIVEN["nobody at the merchant"](case)
    shop.organisation.is_active = False
    shop.organisation.save()
    assert GIVEN["nobody at the merchant"](case)


def test_a_policy_is_old_once_there_is_another(case):
    assert not GIVEN["older policy"](case)
    PolicyVersion.objects.create(number=2, limits=case.policy.limits)
    assert GIVEN["older policy"](case)
    case.policy = PolicyVersion.objects.get(number=2)
    assert not GIVEN["older policy"](case)


def test_what_was_approved_and_did_not_end_otherwise_went(clock, case, shop, make_actor):
    def went(**known) -> bool:
        rows = Case.objects.annotate(**{name: Value(each) for name, each in known.items()})
        return GIVEN["a refund that went"](rows.get(pk=case.pk))

    assert not went()
    propose(case, shop.manager)
    assert not went()
    refund = approve(case, make_actor("supervisor"))
    assert went()
    assert went(has_refunds=True)
    assert not went(has_refunds=False)  # whoever has looked spares the question
    Case.objects.filter(pk=case.pk).update(redone_by=case.payment)
    assert not went()
    Case.objects.filter(pk=case.pk).update(redone_by=None)
    operations = make_actor("operations")
    actions.note_not_executed(case, actor=operations, refund=refund.number, reason="终端已停用。")
    assert Refund.objects.get().approved_at
    assert not went()


def test_a_row_holds_for_its_roles_states_kinds_and_audience():
    case = Case(kind=Kind.NO_SLIP, stage=Stage.MERCHANT, status=Status.NEW)
    row = Step("reply", frozenset({"clerk"}), "replied", frozenset({Stage.MERCHANT}))
    row = replace(row, statuses=frozenset({Status.NEW}), kinds=frozenset({Kind.NO_SLIP}))
    assert row.matches(case, "clerk")
    assert row.matches(case, "clerk", "all")
    assert not row.matches(case, "manager")
    for change in (
        {"stages": frozenset({Stage.INSTITUTION})},
        {"statuses": frozenset({Status.WORKING})},
        {"kinds": frozenset({Kind.NETWORK})},
        {"given": "payment"},
    ):
        assert not replace(row, **change).matches(case, "clerk")
    to_all = replace(row, audience="all")
    assert to_all.matches(case, "clerk")
    assert to_all.matches(case, "clerk", "all")
    assert not to_all.matches(case, "clerk", "merchant")
