"""A new version of the policy's numbers, made in the admin through one action."""

import json

import pytest
from django.core.exceptions import ValidationError

from disputes import clocks
from disputes.models import PolicyVersion
from disputes.policy import limits
from disputes.policy.changing import new_version
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from portal.audit.models import Event

pytestmark = pytest.mark.django_db
SLOWER = limits.DEFAULTS | {"merchant_first_reply": {"amount": 2, "unit": "working_days"}}
ADD = "/admin/disputes/policyversion/add/"


@pytest.fixture
def administrator(make_actor):
    return make_actor(Role.ADMINISTRATOR)


def typed(**changed) -> dict:
    """The form as a browser sends it."""
    fields = {"after": "1", "note": "商户要求"}
    fields |= {"refund_manager": "200", "refund_support": "100", "refund_supervisor": "500"}
    fields |= {"refund_arrives_amount": "7", "refund_arrives_unit": "working_days"}
    for clock, entry in limits.DEFAULTS.items():
        fields |= {f"{clock}_amount": str(entry["amount"]), f"{clock}_unit": entry["unit"]}
    return fields | changed


def test_new_cases_follow_it_and_old_ones_keep_theirs(clock, case, open_case, administrator):
    new_version({"limits": SLOWER}, note="商户要求", after=1, actor=administrator)
    case.refresh_from_db()
    assert (case.policy.number, open_case().policy.number) == (1, 2)
    assert clocks.current(open_case()).by_working_days
    assert not clocks.current(case).by_working_days


def test_it_leaves_an_event_with_both_and_the_reason(administrator):
    new_version({"limits": SLOWER}, note="商户要求", after=1, actor=administrator)
    told = json.loads(Event.objects.get(type="policy.version_made").text)
    assert told["before"]["limits"]["merchant_first_reply"] == {"amount": 24, "unit": "hours"}
    assert told["after"]["limits"]["merchant_first_reply"] == {"amount": 2, "unit": "working_days"}
    assert (told["subject"], told["reason"]) == ("policy:2", "商户要求")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_makes_one(make_actor, role):
    with pytest.raises(NotAllowed):
        new_version({"limits": SLOWER}, note="x", after=1, actor=make_actor(role))
    assert PolicyVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("entries", "note", "after", "field"),
    [
        (SLOWER, " ", 1, "note"),
        (SLOWER, "x" * 201, 1, "note"),
        (SLOWER, "x", 7, "limits"),
        (limits.DEFAULTS, "x", 1, "limits"),
    ],
)
def test_it_refuses_what_makes_no_sense(administrator, entries, note, after, field):
    with pytest.raises(Invalid) as refused:
        new_version({"limits": entries}, note=note, after=after, actor=administrator)
    assert refused.value.field == field
    assert PolicyVersion.objects.count() == 1


def test_it_is_said_in_two_hundred_characters_why(administrator):
    made = new_version({"limits": SLOWER}, note=f" {'x' * 200} ", after=1, actor=administrator)
    assert made.note == "x" * 200


def test_it_refuses_limits_that_no_clock_can_run_by(administrator):
    wrong = limits.DEFAULTS | {"slip": {"amount": 0, "unit": "hours"}}
    with pytest.raises(ValidationError):
        new_version({"limits": wrong}, note="x", after=1, actor=administrator)


def test_the_form_is_filled_in_with_what_holds_now(client, sign_in):
    sign_in(Role.ADMINISTRATOR)
    page = client.get(ADD).text
    assert 'name="merchant_settles_amount" value="72"' in page
    assert '<option value="working_days">工作日</option>' in page


def test_the_form_makes_a_version(client, sign_in):
    sign_in(Role.ADMINISTRATOR)
    given = typed(merchant_first_reply_amount="2", merchant_first_reply_unit="working_days")
    page = client.post(ADD, given, follow=True).text
    version = PolicyVersion.objects.get(number=2)
    assert (version.limits, version.note) == (SLOWER, "商户要求")
    assert version.created_by is not None
    assert "商户要求" in page
    assert Event.objects.filter(type="policy.version_made").count() == 1
    assert (
        "商户首次答复 2 个工作日"
        in client.get(f"/admin/disputes/policyversion/{version.pk}/change/").text
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "和现行的规则一样"),
        ({"slip_amount": "3", "note": ""}, "请写明为什么改"),
        ({"slip_amount": "3", "after": "0"}, "刚才有人改过"),
        ({"slip_amount": "0"}, "数量要是整数，至少为 1"),
        ({"slip_unit": "weeks"}, "weeks"),
    ],
)
def test_the_form_says_what_is_wrong_and_keeps_the_rest(client, sign_in, changed, told):
    sign_in(Role.ADMINISTRATOR)
    if changed:
        changed = changed | {"merchant_settles_amount": "48"}
    page = client.post(ADD, typed(**changed)).text
    assert not changed or 'name="merchant_settles_amount" value="48"' in page
    assert told in page
    assert PolicyVersion.objects.count() == 1


def test_an_old_version_is_only_read(client, sign_in):
    sign_in(Role.ADMINISTRATOR)
    first = PolicyVersion.objects.get()
    address = f"/admin/disputes/policyversion/{first.pk}/change/"
    assert client.get(address).status_code == 200
    assert client.post(address, typed(slip_amount="3")).status_code == 403
    first.refresh_from_db()
    assert first.limits == limits.DEFAULTS
