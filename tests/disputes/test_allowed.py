"""What pages ask of the policy: what somebody may do, to whom, and how it is called."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from disputes import actions, policy
from disputes.models import Case, PolicyVersion
from disputes.models.case import Kind, Stage, Status
from disputes.policy import limits, reasons

pytestmark = pytest.mark.django_db
REJECT, RESOLVE = "refund_request.reject", "refund_request.resolve"


def verbs(case, actor) -> dict[str, policy.Verb]:
    return {verb.name: verb for verb in policy.allowed(case, actor)}


def put_in_force(**changed) -> PolicyVersion:
    first = PolicyVersion.objects.order_by("-number")[0]
    return PolicyVersion.objects.create(
        **{
            "number": first.number + 1,
            "limits": first.limits,
            "refund_limits": first.refund_limits,
            "reasons": first.reasons,
        }
        | changed
    )


def test_a_reply_goes_to_all_or_to_the_shop_where_one_takes_part(
    case, shop, support, consumer_of, open_case
):
    assert verbs(case, support)["reply"].audiences == ("all", "merchant")
    assert verbs(case, shop.clerk)["reply"].audiences == ("all", "merchant")
    assert verbs(case, consumer_of(case))["reply"].audiences == ("all",)
    assert verbs(case, support)["add_note"].audiences == ()
    alone = open_case(kind="service_complaint")
    assert verbs(alone, support)["reply"].audiences == ("all",)


def test_it_says_for_whom_ones_words_are(case, shop, support, consumer_of, open_case):
    alone = open_case(kind="service_complaint")
    assert verbs(case, consumer_of(case))["reply"].explanation == "写给商户和支付机构"
    assert verbs(alone, consumer_of(alone))["reply"].explanation == "写给支付机构"
    assert verbs(case, support)["reply"].explanation == ""
    assert verbs(alone, support)["reply"].explanation == ""
    for actor in (shop.clerk, shop.manager):
        assert verbs(case, actor)["add_note"].explanation == "只有本店的人能看到"
    assert verbs(case, support)["add_note"].explanation == "只有本机构的人能看到"


def test_a_customer_has_ones_own_words_for_it(case, support, consumer_of):
    assert verbs(case, consumer_of(case))["escalate"].label == "现在就请支付机构处理"
    assert verbs(case, support)["escalate"].label == "转到机构"


def test_it_says_which_of_them_want_words(case, support, consumer_of):
    wanting = {name for name, verb in verbs(case, support).items() if verb.needs_text}
    assert wanting == {"reply", "ask_consumer", "add_note", "resolve", "reject"}
    assert verbs(case, consumer_of(case))["reply"].needs_text is True
    assert verbs(case, consumer_of(case))["withdraw"].needs_text is False


def test_only_closing_wants_a_reason(case, support):
    chosen = {name for name, verb in verbs(case, support).items() if verb.closing_reasons}
    assert chosen == {"resolve", "reject"}
    assert ("already_refunded", "已经退过") in verbs(case, support)["reject"].closing_reasons
    listed = reasons.entries(case.policy.reasons, RESOLVE, policy.KINDS)
    assert "offer_accepted" in {each.code for each in listed}
    assert "offer_accepted" not in dict(policy.closing_reasons(case, "resolve"))
    assert policy.closing_reasons(case, "withdraw") == ()


def test_nothing_is_allowed_once_the_words_are_gone(case, support, shop, consumer_of):
    case.erased_at = timezone.now()
    for actor in (support, shop.manager, consumer_of(case)):
        assert policy.allowed(case, actor) == []


def test_nobody_is_their_own_second_person(clock, at_institution, make_actor, new_key):
    asking, other = make_actor("supervisor"), make_actor("supervisor")
    assert not policy.is_own(at_institution, asking, "approve_extension")
    at_institution.extension_by = asking.user
    for verb in ("approve_extension", "refuse_extension"):
        assert policy.is_own(at_institution, asking, verb) is True
        assert policy.is_own(at_institution, other, verb) is False
    assert policy.is_own(at_institution, asking, "reply") is False


# --- how a case ended ---------------------------------------------------------------------------


def test_a_result_is_called_by_the_outcome_where_both_lists_have_it(case):
    rows = {name: reasons.in_both({}, name, policy.KINDS) for name in (RESOLVE, REJECT)}
    rows[RESOLVE][-1] |= {"zh": "另有结果"}
    rows[REJECT][-1] |= {"zh": "另有原因"}
    assert {rows[name][-1]["code"] for name in rows} == {"other"}
    case.policy = put_in_force(reasons=rows)
    assert policy.closing_label(case) == ""
    case.closing_reason = "other"
    for status, label in ((Status.RESOLVED, "另有结果"), (Status.REJECTED, "另有原因")):
        case.status = status
        assert policy.closing_label(case) == label
    for code, label in (("withdrawn", "已撤回"), ("redone", "退款后重新交易，两笔都已确认")):
        case.closing_reason = code
        assert policy.closing_label(case) == label
    case.closing_reason = "gone"
    assert policy.closing_label(case) == ""


def test_until_when_it_may_be_taken_up_again(clock, case, support, close):
    assert policy.continue_until(case) is None
    close(case, support)
    case.refresh_from_db()
    assert policy.continue_until(case) == case.closed_at + timedelta(days=30)
    network = Case(kind=Kind.NETWORK, closed_at=case.closed_at)
    days = {step.within_days for step in policy.steps_of(Kind.NETWORK)}
    assert (policy.continue_until(network) is None) == (days == {None})


# --- the reasons of a charge --------------------------------------------------------------------


def test_what_the_customer_said_is_wrong_is_worded_by_the_cases_own_policy(open_case):
    rows = reasons.in_both({}, reasons.ASKED, policy.KINDS)
    case = open_case(kind="disputed_charge", reason=rows[0]["code"])
    assert policy.reason_label(case) == rows[0]["zh"]
    case.policy = put_in_force(reasons={reasons.ASKED: [rows[0] | {"zh": "别的话"}, *rows[1:]]})
    assert policy.reason_label(case) == "别的话"
    case.reason = ""
    assert policy.reason_label(case) == ""
    case.reason = "gone"
    assert policy.reason_label(case) == ""


def test_an_added_reason_is_asked_for_again_after_a_minute(monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(policy, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(policy, "_own", {})
    delivered = reasons.in_both({}, reasons.ASKED, policy.KINDS)

    def word(zh: str) -> None:
        added = {"code": "own_7", "zh": zh, "en": "Fee twice", "retired": False}
        put_in_force(reasons={reasons.ASKED: [*delivered, added]})

    assert policy.own_reason("own_7") == "own_7"  # nobody has added it
    word("会员费重复")
    assert policy.own_reason("own_7") == "会员费重复"  # what is not known is asked at once
    with translation.override("en"):
        assert policy.own_reason("own_7") == "Fee twice"
    word("会费收了两次")
    now[0] += 60
    assert policy.own_reason("own_7") == "会员费重复"
    now[0] += 1
    assert policy.own_reason("own_7") == "会费收了两次"


def test_the_limits_in_force_are_those_of_the_newest_version():
    assert policy.current_limits() == limits.DEFAULTS
    slower = limits.DEFAULTS | {"slip": {"amount": 2, "unit": "hours"}}
    put_in_force(limits=slower)
    assert policy.current_limits() == slower
    assert policy.current_version().number == 2


# --- where a case begins and goes ---------------------------------------------------------------


def test_a_lost_slip_has_a_clock_of_its_own_once_the_payment_is_known(case):
    merchant = ("merchant_first_reply", "merchant_settles")
    assert policy.opening_clocks("no_slip", Stage.MERCHANT, case.payment) == ("slip", *merchant)
    assert policy.opening_clocks("no_slip", Stage.MERCHANT, None) == merchant
    assert policy.opening_clocks("refund_request", Stage.MERCHANT, case.payment) == merchant
    answer = ("institution_answer",)
    assert policy.opening_clocks("refund_request", Stage.INSTITUTION, case.payment) == answer


def test_who_waits_still_waits_for_a_first_reply_after_a_pause():
    assert policy.status_after_pause(first_reply_is_due=True) == Status.NEW
    assert policy.status_after_pause(first_reply_is_due=False) == Status.WORKING


def test_a_verb_ends_a_case_as_the_table_says():
    assert policy.ends_as("refund_request", "resolve") == {Status.RESOLVED}
    assert policy.ends_as("refund_request", "add_note") == set()
    assert policy.event_of("refund_request", "resolve") == "resolved"


def test_from_the_institution_no_step_leads_to_the_institution(case, at_institution):
    assert policy.is_escalated(at_institution)
    case.stage = Stage.MERCHANT
    assert not policy.is_escalated(case)


def test_the_system_acts_by_itself_on_what_waits_at_the_merchant(
    clock, case, support, open_case, close
):
    """A clock that runs out there hands it on; at the institution nothing does."""
    others = [open_case(contact=f"{name}@example.org") for name in ("an", "bo")]
    actions.escalate(others[0], actor=support)
    close(others[1], support)
    assert list(Case.objects.filter(policy.swept())) == [case]
