"""What a limit of time or of money may say, and the first policy's."""

import pytest
from django.core.exceptions import ValidationError

from disputes.models import PolicyVersion
from disputes.policy import limits, refund_limits


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"amount": 0, "unit": "working_days"}, "数量"),
        ({"amount": 5, "unit": "weeks"}, "单位"),
        ({"amount": 0, "unit": "hours"}, "数量"),
        ({"amount": "24", "unit": "hours"}, "数量"),
        ({"amount": True, "unit": "hours"}, "数量"),
        ({"amount": 3651, "unit": "hours"}, "数量"),
        ({"amount": 24}, "数量"),
        (24, "数量"),
    ],
)
def test_a_limit_no_clock_can_run_by_is_refused_when_saved(entry, word):
    with pytest.raises(ValidationError, match=word):
        PolicyVersion.objects.create(number=9, limits=limits.DEFAULTS | {"slip": entry})


@pytest.mark.django_db
@pytest.mark.parametrize(("clock", "amount"), [("slip", 1), ("slip", 3650), ("acknowledge", 0)])
def test_the_shortest_and_the_longest_limit_are_limits(clock, amount):
    entries = limits.DEFAULTS | {clock: {"amount": amount, "unit": "hours"}}
    PolicyVersion.objects.create(number=9, limits=entries)


@pytest.mark.django_db
def test_a_policy_names_every_clock_and_no_other():
    for wrong in ({}, [], limits.DEFAULTS | {"lunch": {"amount": 1, "unit": "hours"}}):
        with pytest.raises(ValidationError):
            PolicyVersion.objects.create(number=9, limits=wrong)


@pytest.mark.django_db
def test_the_first_policy_is_there_with_the_documented_limits():
    first = PolicyVersion.objects.get()
    assert (first.number, first.limits) == (1, limits.DEFAULTS)
    assert first.refund_limits == refund_limits.DEFAULTS
    alone = {role: first.refund_limits[role] for role in refund_limits.ROLES}  # fen
    assert alone == {"manager": 20_000, "support": 10_000, "supervisor": 50_000}
    assert first.refund_limits[refund_limits.ARRIVES] == {"amount": 7, "unit": "working_days"}


def days(amount, unit="working_days") -> dict:
    return {"arrives_in": {"amount": amount, "unit": unit}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {"manager": -1},
        {"support": 10_000_000_001},
        {"supervisor": True},
        {"supervisor": "500"},
        {"supervisor": 1.5},
        {"clerk": 0},
        days(0),
        days(3651),
        days(True),
        days("7"),
        days(24, "hours"),
        days(7, "weeks"),
        {"arrives_in": 7},
        {"arrives_in": {"amount": 7}},
    ],
)
def test_what_goes_back_without_a_second_person_is_an_amount_and_arrives_within_days(changed):
    with pytest.raises(ValidationError) as error:
        PolicyVersion.objects.create(
            number=9, limits=limits.DEFAULTS, refund_limits=refund_limits.DEFAULTS | changed
        )
    assert set(error.value.message_dict) == {"refund_limits"}


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [None, [], {}, {"manager": 0}])
def test_every_role_has_its_limit_of_money(wrong):
    with pytest.raises(ValidationError):
        PolicyVersion.objects.create(number=9, limits=limits.DEFAULTS, refund_limits=wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [{"manager": 0}, {"manager": 10_000_000_000}, days(1), days(3650, "calendar_days")],
)
def test_nothing_and_very_much_are_limits_of_money(changed):
    entries = refund_limits.DEFAULTS | changed
    PolicyVersion.objects.create(number=9, limits=limits.DEFAULTS, refund_limits=entries)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {"rule": "none"},
        {"rule": "lots", "named": {}},
        {"rule": "none", "named": []},
        {"rule": "by_merchant", "named": {"": "x"}},
        {"rule": "by_merchant", "named": {"x": ""}},
        {"rule": "by_merchant", "named": {"x": 1}},
        {"rule": "by_merchant", "named": {str(n): "x" for n in range(2_001)}},
    ],
)
def test_no_rule_of_assigning_that_is_none(wrong):
    with pytest.raises(ValidationError) as error:
        PolicyVersion.objects.create(number=9, limits=limits.DEFAULTS, assignment=wrong)
    assert set(error.value.message_dict) == {"assignment"}


@pytest.mark.django_db
def test_as_many_merchants_may_be_named_as_it_says():
    named = {str(n): "x" for n in range(2_000)}
    entry = {"rule": "by_merchant", "named": named}
    PolicyVersion.objects.create(number=9, limits=limits.DEFAULTS, assignment=entry)
