"""Cases that come to the institution are given to somebody by the policy's rule."""

import json
from collections import Counter

import pytest
from django.utils import timezone

from disputes import actions
from disputes.models import Case, PolicyVersion
from disputes.policy import assignment
from disputes.tasks import send_gathered
from portal.accounts.actions import change_role, end_membership, say_away
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox.models import Entry
from tests.tools import together

ROUND = {"rule": assignment.ROUND_ROBIN, "named": {}}
ADD = "/admin/disputes/policyversion/add/?part=assignment"


@pytest.fixture
def rule(db):
    def set_to(entry: dict) -> None:
        PolicyVersion.objects.create(
            number=PolicyVersion.objects.count() + 1,
            limits=PolicyVersion.objects.get(number=1).limits,
            assignment=entry,
        )

    return set_to


@pytest.fixture
def at_institution(open_case, make_payment, shop):
    """A case that begins there; about the shop where it is a dispute."""

    def make(**values) -> Case:
        number = Case.objects.count()
        about = {"kind": "service_complaint", "payment": make_payment(shop.merchant)}
        return open_case(**about | {"contact": f"guest{number}@example.org"} | values)

    return make


@pytest.fixture
def team(make_member):
    return [make_member("support", name=name) for name in ("小陶", "阿宁", "小顾")]


def test_without_a_rule_nobody_is_given_one(team, at_institution):
    assert at_institution().assignee is None


def test_each_in_turn_and_it_is_shown_as_what_it_is(rule, team, at_institution, client):
    rule(ROUND)
    cases = [at_institution() for _ in range(7)]
    assert [case.assignee.name for case in cases[:4]] == ["小陶", "阿宁", "小顾", "小陶"]
    told = json.loads(Event.objects.get(subject=cases[0].subject, type="case.given").text)
    assert told["after"] == {"assignee": f"user:{team[0].user.public_id}"}
    assert (told["actor"], told["reason"]) == ("system:assignment", "round_robin")
    assert not Entry.objects.filter(topic="case.given").exists()  # gathered, see below
    client.force_login(team[0].user)
    page = client.get(f"/desk/cases/{cases[0].number}/").text
    assert "轮流分派" in page
    assert "按规则分派负责人" in page
    actions.assign(cases[0], actor=_actor(team[1]), assignee=team[1].user)
    assert "轮流分派" not in client.get(f"/desk/cases/{cases[0].number}/").text


def _actor(member):
    return Actor.member(member)


def test_who_left_has_no_turn_and_an_old_case_keeps_its_rule(
    rule, team, at_institution, case, consumer_of
):
    rule(ROUND)
    team[1].is_active = False
    team[1].save()
    assert [at_institution().assignee.name for _ in range(3)] == ["小陶", "小顾", "小陶"]
    assert case.assignee is None  # began before, under the version without a rule
    actions.escalate(case, actor=consumer_of(case))
    assert case.assignee is None


def test_a_case_that_falls_to_the_institution_finds_somebody(
    rule, team, open_case, shop, consumer_of
):
    rule(ROUND)
    case = open_case()
    assert case.assignee is None  # it lies with the merchant
    actions.escalate(case, actor=consumer_of(case))
    assert case.assignee == team[0].user
    actions.withdraw(case, actor=consumer_of(case))
    team[0].is_active = False
    team[0].save()
    actions.continue_case(
        case, actor=consumer_of(case), body="还没好。", submission_key=case.public_id
    )
    case.refresh_from_db()
    assert (case.assignee, case.assigned_by) == (team[1].user, "round_robin")


def test_by_merchant_the_named_then_the_last_then_the_turn(
    rule, team, open_case, make_payment, shop, make_shop
):
    other = make_shop()
    named = {shop.merchant.merchant_no: str(team[2].user.public_id)}
    rule({"rule": assignment.BY_MERCHANT, "named": named})

    def disputed(where) -> Case:
        about = {"kind": "disputed_charge", "reason": "not_mine"}
        return open_case(**about, payment=make_payment(where.merchant))

    assert (disputed(shop).assignee.name, disputed(shop).assigned_by) == ("小顾", "by_merchant")
    first = disputed(other)
    assert (first.assignee.name, first.assigned_by) == ("小陶", "round_robin")
    assert disputed(other).assignee.name == "小陶"
    team[0].user.is_active = False
    team[0].user.save()
    assert disputed(other).assignee.name == "阿宁"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_one_turn_each(rule, team, at_institution, answers, make_payment, shop):
    rule(ROUND)
    forms = [
        answers(
            kind="service_complaint",
            payment=make_payment(shop.merchant),
            contact=f"guest{number}@example.org",
        )
        for number in range(9)
    ]
    together(*[lambda form=form: actions.open_case(**form) for form in forms])
    given = Counter(case.assignee_id for case in Case.objects.all())
    assert given == {member.user_id: 3 for member in team}


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("{no} nobody", "没有能办案件的这个人：nobody"),
        ("99 {name}", "没有这家商户：99"),
        ("{no}", "没有这家商户"),
        ("{no} {name}\n{no} {name}", "写了两次"),
    ],
)
def test_the_form_says_what_is_wrong(client, sign_in, shop, team, named, told):
    sign_in("administrator")
    typed = named.format(no=shop.merchant.merchant_no, name=team[0].user.username)
    form = {"rule": "by_merchant", "named": typed, "note": "人多了", "after": "1"}
    page = client.post(ADD, form).text
    assert told in page
    assert typed.splitlines()[0] in page
    assert PolicyVersion.objects.count() == 1


def test_the_form_makes_a_version_that_is_told_of(client, sign_in, shop, team):
    sign_in("administrator")
    typed = f"{shop.merchant.merchant_no} {team[0].user.username}"
    form = {"rule": "by_merchant", "named": typed, "note": "人多了", "after": "1"}
    assert client.post(ADD, form).status_code == 302
    version = PolicyVersion.objects.get(number=2)
    named = {shop.merchant.merchant_no: str(team[0].user.public_id)}
    assert version.assignment == {"rule": "by_merchant", "named": named}
    told = json.loads(Event.objects.get(type="policy.version_made").text)
    assert told["before"]["assignment"]["rule"] == "none"
    assert told["after"]["assignment"]["rule"] == "by_merchant"
    assert typed in client.get(ADD).text


def test_who_is_away_has_no_turn_until_the_day_of_coming_back(
    rule, team, at_institution, make_actor, pass_time
):
    rule(ROUND)
    today = timezone.localdate()
    say_away(team[1], first=today, last=today, actor=make_actor("supervisor"))
    assert [at_institution().assignee.name for _ in range(3)] == ["小陶", "小顾", "小陶"]
    pass_time(days=1)
    assert [at_institution().assignee.name for _ in range(3)] == ["阿宁", "小顾", "小陶"]


def test_the_named_person_who_is_away_is_passed_over(
    rule, team, open_case, make_payment, shop, make_actor
):
    rule(
        {
            "rule": assignment.BY_MERCHANT,
            "named": {shop.merchant.merchant_no: str(team[2].user.public_id)},
        }
    )
    today = timezone.localdate()
    say_away(team[2], first=today, last=today, actor=make_actor("supervisor"))
    case = open_case(kind="disputed_charge", reason="not_mine", payment=make_payment(shop.merchant))
    assert (case.assignee, case.assigned_by) == (team[0].user, "round_robin")


def test_a_case_that_comes_up_while_its_owner_is_away_goes_to_somebody_who_is_here(
    rule, team, open_case, consumer_of, shop
):
    rule(ROUND)
    case = open_case()
    actions.assign(case, actor=_actor(team[2]), assignee=team[2].user)
    today = timezone.localdate()
    say_away(team[2], first=today, last=today, actor=_actor(team[2]))
    actions.escalate(case, actor=consumer_of(case))
    assert case.assignee == team[0].user


def test_with_everybody_away_a_case_waits_for_somebody(rule, team, at_institution, make_actor):
    rule(ROUND)
    today = timezone.localdate()
    for member in team:
        say_away(member, first=today, last=today, actor=_actor(member))
    assert at_institution().assignee is None


@pytest.mark.parametrize("way", ["ended", "other role"])
def test_who_leaves_leaves_no_case_behind(
    rule, team, at_institution, open_case, make_actor, run_outbox, way
):
    rule(ROUND)
    mine, theirs = at_institution(), at_institution()
    at_shop = open_case(contact="else@example.org")
    actions.assign(at_shop, actor=_actor(team[0]), assignee=team[0].user)
    chief = make_actor("administrator")
    if way == "ended":
        end_membership(team[0], actor=chief)
    else:
        change_role(team[0], role="auditor", actor=chief)
    run_outbox()
    for case in (mine, theirs, at_shop):
        case.refresh_from_db()
    assert (mine.assignee, theirs.assignee) == (team[2].user, team[1].user)
    assert at_shop.assignee is None  # it lies with the shop: nobody's, in 未分派
    types = Event.objects.filter(subject=mine.subject).order_by("pk").values_list("type", flat=True)
    assert list(types)[-2:] == ["case.owner_left", "case.given"]


def test_another_role_that_works_on_cases_keeps_them(
    rule, team, at_institution, make_actor, run_outbox
):
    rule(ROUND)
    case = at_institution()
    change_role(team[0], role="supervisor", actor=make_actor("administrator"))
    run_outbox()
    case.refresh_from_db()
    assert case.assignee == team[0].user


class TestMail:
    def test_many_given_are_one_mail_and_what_was_read_is_not_in_it(
        self, rule, team, at_institution, client, pass_time
    ):
        rule(ROUND)
        cases = [at_institution() for _ in range(8)]
        client.force_login(team[0].user)
        client.get(f"/desk/cases/{cases[0].number}/")
        assert send_gathered() == 0  # there may be more
        pass_time(minutes=30)
        assert (send_gathered(), send_gathered()) == (3, 0)
        told = {
            entry.recipient: entry.payload for entry in Entry.objects.filter(topic="case.given")
        }
        numbers = [told[member.user.email]["subject"] for member in team]
        assert [subject.split()[1] for subject in numbers] == ["2", "3", "2"]
        assert "/desk/?view=mine" in told[team[0].user.email]["body"]

    def test_none_where_all_is_read_or_somebody_elses(
        self, rule, team, at_institution, client, pass_time
    ):
        rule(ROUND)
        read, handed_on, withdrawn = (at_institution() for _ in range(3))
        client.force_login(team[0].user)
        client.get(f"/desk/cases/{read.number}/")
        actions.assign(handed_on, actor=_actor(team[0]), assignee=team[0].user)
        actions.withdraw(withdrawn, actor=Actor.consumer(withdrawn.subject))
        pass_time(hours=1)
        assert send_gathered() == 0
        assert not Entry.objects.filter(topic="case.given").exists()

    def test_after_two_days_without_a_worker_it_is_one_mail_still(
        self, rule, team, at_institution, pass_time
    ):
        rule(ROUND)
        for _ in range(6):
            at_institution()
            pass_time(hours=8)
        assert send_gathered() == 3
        assert Entry.objects.filter(topic="case.given").count() == 3
