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


# --- what a list may hold -----------------------------------------------------------------------


def own(number: int, **values) -> dict:
    return {
        "code": f"own_{number}", "zh": f"原因{number}", "en": f"Reason {number}", "retired": False
    } | values  # fmt: skip


def delivered(name: str = REJECT) -> list[dict]:
    return reasons.in_both({}, name, policy.KINDS)


def fits(changed) -> bool:
    try:
        reasons.check(changed, policy.KINDS)
    except ValidationError as error:
        return set(error.message_dict) != {"reasons"}
    return True


def test_every_list_may_be_changed_at_once_and_no_other_there_is():
    every = {name: delivered(name) for name in reasons.delivered(policy.KINDS)}
    assert fits({})
    assert fits(every)
    for wrong in (None, [], {"lunch": []}, every | {f"{REJECT}ed": delivered()}):
        assert not fits(wrong)


def test_a_list_has_forty_reasons_at_most():
    rows = delivered()
    forty = [*rows, *(own(number) for number in range(1, 41 - len(rows)))]
    assert fits({REJECT: forty})
    assert not fits({REJECT: [*forty, own(99)]})


@pytest.mark.parametrize(
    "row",
    [
        own(1, zh=""),
        own(1, en="  "),
        own(1, zh="字" * 81),
        own(1, en="x" * 81),
        own(1, zh=None),
        own(1, code=1),
        own(1, retired="on"),
        own(1, retired=0),
        own(1, more="x"),
        {"code": "own_1", "zh": "甲", "en": "a"},
        ["own_1", "甲", "a", False],
        own(0),
        own(10_000),
        own(1, code="own_01"),
        own(1, code="another"),
    ],
)
def test_a_reason_is_said_in_both_languages_in_few_words_under_a_code_of_its_own(row):
    assert not fits({REJECT: [*delivered(), row]})
    assert fits({REJECT: [*delivered(), own(1, zh="字" * 80, en="x" * 80)]})
    assert fits({REJECT: [*delivered(), own(9_999, zh="字", en="x", retired=True)]})


@pytest.mark.parametrize("rows", [None, {}, "own_1", ()])
def test_a_list_is_a_list(rows):
    assert not fits({REJECT: rows})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_that_can_be_chosen_do_not_read_alike(language):
    first = delivered()[0][language]
    assert not fits({REJECT: [*delivered(), own(1, **{language: first})]})
    assert fits({REJECT: [*delivered(), own(1, **{language: first}, retired=True)]})


def test_one_that_can_be_chosen_is_enough():
    *rest, last = (row | {"retired": True} for row in delivered())
    assert fits({REJECT: [*rest, last | {"retired": False}]})


def test_no_code_of_ones_own_is_given_twice():
    assert reasons.next_code({}) == 1
    assert reasons.next_code({REJECT: delivered()}) == 1
    assert (
        reasons.next_code({REJECT: [*delivered(), own(3)], reasons.ASKED: [own(12), own(2)]}) == 13
    )


def test_a_reason_of_ones_own_stays_in_every_version_after(change):
    """Also where a version says nothing any more of its list."""
    rows = [*rows_of(REJECT), own(1)]
    change(REJECT, rows)
    change(REJECT, [*rows[:-1], own(1, zh="说得更清楚")])
    with pytest.raises(ValidationError):
        change(REJECT, rows[:-1])
    for changed in ({REJECT: rows[:-1]}, {}):
        with pytest.raises(ValidationError):
            reasons.check_follows(changed, policy.current_version().reasons)
    reasons.check_follows({REJECT: rows}, {})


def test_a_list_that_nobody_changed_reads_as_delivered_and_one_in_no_language_in_chinese():
    rows = [own(1, retired=True)]
    with translation.override("en"):
        assert [each.label for each in reasons.entries({REJECT: rows}, REJECT, policy.KINDS)] == [
            "Reason 1"
        ]
    with translation.override(None, deactivate=True):
        (said,) = reasons.entries({REJECT: rows}, REJECT, policy.KINDS)
    assert said == ("own_1", "原因1", True)
    assert [each.code for each in reasons.entries({}, REJECT, policy.KINDS)] == [
        row["code"] for row in delivered()
    ]
    assert not any(each.retired for each in reasons.entries({}, REJECT, policy.KINDS))
    assert reasons.entries({}, "lunch.reject", policy.KINDS) == []


def test_rows_to_be_changed_are_ones_own_copy():
    changed = {REJECT: [own(1)]}
    reasons.in_both(changed, REJECT, policy.KINDS)[0]["zh"] = "别的"
    assert changed[REJECT][0]["zh"] == "原因1"


def test_a_list_has_a_title_with_its_kind():
    assert reasons.title(REJECT) == "申请退款·不予支持"
    titles = {reasons.title(name) for name in reasons.delivered(policy.KINDS)}
    assert len(titles) == len(reasons.delivered(policy.KINDS))
