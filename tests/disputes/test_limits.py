"""What a time limit may say, and the first policy's."""

import pytest
from django.core.exceptions import ValidationError

from disputes.models import PolicyVersion
from disputes.policy import limits


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"amount": 0, "unit": "working_days"}, "数量"),
        ({"amount": 5, "unit": "weeks"}, "单位"),
        ({"amount": 0, "unit": "hours"}, "数量"),
        ({"amount": "24", "unit": "hours"}, "数量"),
        ({"amount": True, "unit": "hours"}, "数量"),
        ({"amount": 24}, "数量"),
        (24, "数量"),
    ],
)
def test_a_limit_no_clock_can_run_by_is_refused_when_saved(entry, word):
    with pytest.raises(ValidationError, match=word):
        PolicyVersion.objects.create(number=9, limits=limits.DEFAULTS | {"slip": entry})


@pytest.mark.django_db
def test_a_policy_names_every_clock_and_no_other():
    for wrong in ({}, [], limits.DEFAULTS | {"lunch": {"amount": 1, "unit": "hours"}}):
        with pytest.raises(ValidationError):
            PolicyVersion.objects.create(number=9, limits=wrong)


@pytest.mark.django_db
def test_the_first_policy_is_there_with_the_documented_limits():
    first = PolicyVersion.objects.get()
    assert (first.number, first.limits) == (1, limits.DEFAULTS)
