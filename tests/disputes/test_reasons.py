"""Reasons that an institution words, orders, retires and adds; every case can still say its own."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from disputes import actions, policy
from disputes.models import Case, PolicyVersion
from disputes.policy import changing, reasons
from portal.audit.models import Event

pytestmark = pytest.mark.django_db
REJECT = "refund_request.reject"
ADD = f"/admin/disputes/policyversion/add/?part=reasons&about={REJECT}"


@pytest.fixture
def change(make_actor):
    administrator = make_actor("administrator")

    def to(name: str, rows: list[dict]) -> PolicyVersion:
        current = policy.current_version()
        changed = {"reasons": current.reasons | {name: rows}}
        return changing.new_version(changed, note="x", after=current.number, actor=administrator)

    return to


def rows_of(name: str) -> list[dict]:
    return reasons.in_both(policy.current_version().reasons, name, policy.KINDS)


def typed(name: str, **changed) -> dict:
    """The form as a browser sends it."""
    fields: dict = {"after": str(policy.current_version().number), "note": "说得更清楚"}
    for number, row in enumerate(rows_of(name), start=1):
        code = row["code"]
        fields |= {f"{code}_zh": row["zh"], f"{code}_en": row["en"], f"{code}_order": number * 10}
        if row["retired"]:
            fields[f"{code}_retired"] = "on"
    return fields | changed


def test_the_form_words_orders_retires_and_adds(client, sign_in, open_case, support, new_key):
    old = open_case()
    sign_in("administrator")
    given = typed(
        REJECT,
        already_refunded_zh="这笔钱退过了",
        already_refunded_order=1,
        outside_return_terms_retired="on",
        new1_zh="超过退货期",
        new1_en="Past the return period",
        new1_order=2,
    )
    assert client.post(ADD, given).status_code == 302
    case = open_case()
    offered = policy.closing_reasons(case, "reject")
    assert offered[:2] == (("already_refunded", "这笔钱退过了"), ("own_1", "超过退货期"))
    assert "outside_return_terms" not in dict(offered)
    with translation.override("en"):
        assert dict(policy.closing_reasons(case, "reject"))["own_1"] == "Past the return period"
    # A case keeps what it began under, until a supervisor moves it.
    assert dict(policy.closing_reasons(old, "reject"))["already_refunded"] == "已经退过"
    told = json.loads(Event.objects.get(type="policy.version_made").text)
    assert told["before"]["reasons"] == {}
    assert told["after"]["reasons"][REJECT][1]["zh"] == "超过退货期"


def test_a_case_closed_with_a_retired_reason_still_says_it(change, case, support, new_key):
    rows = rows_of("refund_request.resolve")
    closed = {"closing_reason": "explained", "root_cause": "none_found", "body": "说清楚了。"}
    actions.resolve(case, actor=support, submission_key=new_key(), **closed)
    next(row for row in rows if row["code"] == "explained")["retired"] = True
    version = change("refund_request.resolve", rows)
    Case.objects.filter(pk=case.pk).update(policy=version)
    case = Case.objects.get(pk=case.pk)
    assert policy.closing_label(case) == "已说明清楚"
    assert "explained" not in dict(policy.closing_reasons(case, "resolve"))


def test_a_retired_reason_closes_nothing(change, open_case, support, new_key):
    rows = rows_of(REJECT)
    rows[0]["retired"] = True
    change(REJECT, rows)
    case = open_case()
    closed = {"closing_reason": rows[0]["code"], "root_cause": "none_found", "body": "不行。"}
    with pytest.raises(actions.Invalid) as refused:
        actions.reject(case, actor=support, submission_key=new_key(), **closed)
    assert refused.value.field == "closing_reason"


def test_customers_choose_from_the_reasons_in_force(change, open_case, client, sign_in):
    rows = rows_of(reasons.ASKED)
    rows[1]["retired"] = True
    rows.insert(0, {"code": "own_1", "zh": "会员费重复", "en": "Fee twice", "retired": False})
    change(reasons.ASKED, rows)
    with pytest.raises(actions.Invalid):
        open_case(kind="disputed_charge", reason=rows[2]["code"])
    case = open_case(kind="disputed_charge", reason="own_1")
    assert (case.stage, case.reason_label) == ("merchant", "会员费重复")
    sign_in("support")
    assert "会员费重复" in client.get("/desk/?view=all").text
    assert policy.asked_reasons()[0].code == "own_1"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"other_en": ""}, "这个字段是必填项"),
        ({"new1_zh": "只有中文"}, "两种语言都要写"),
        ({"new1_zh": "核实无误", "new1_en": "x"}, "有两个原因写得一样"),
        ({}, "和现行的规则一样"),
    ],
)
def test_the_form_says_what_is_wrong_and_keeps_the_rest(client, sign_in, changed, told):
    sign_in("administrator")
    more = {"duplicate_order": "77"} if changed else {}
    page = client.post(ADD, typed(REJECT, **changed, **more)).text
    assert told in page
    assert not more or 'name="duplicate_order" value="77"' in page
    assert PolicyVersion.objects.count() == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows[1:],  # taken away
        lambda rows: [*rows, rows[0]],  # twice
        lambda rows: [*rows, rows[0] | {"code": "mine", "zh": "甲", "en": "a"}],
        lambda rows: [row | {"retired": True} for row in rows],
        lambda rows: [row | {"zh": "字" * 81} for row in rows],
        lambda rows: [{"code": "other"}],
    ],
)
def test_lists_that_nobody_could_use_are_refused(change, spoil):
    with pytest.raises(ValidationError):
        change(REJECT, spoil(rows_of(REJECT)))
    assert PolicyVersion.objects.count() == 1
