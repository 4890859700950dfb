"""A refund by two pairs of eyes: proposal, approval, execution by hand."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import actions, policy
from disputes.models import MoneyBack, PolicyVersion, Refund
from disputes.refunds import course
from portal.accounts.actions import join_accounts
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, User
from portal.outbox.models import Entry
from receipts.models import Payment
from tests.disputes.refunding import ALL, approve, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(make_actor) -> Actor:
    return make_actor("supervisor")


@pytest.fixture
def proposal(clock, case, shop) -> Refund:
    return propose(case, shop.manager)


def offered(case, actor) -> set[str]:
    case.refresh_from_db()
    return {verb.name for verb in policy.allowed(case, actor)}


def test_from_proposal_to_the_day_of_arrival(clock, case, shop, supervisor, make_actor):
    operations = make_actor("operations")
    refund = propose(case, shop.manager)
    assert (refund.number, refund.state, case.refund_waits) == (
        f"R{case.number}-1",
        "proposed",
        "proposed",
    )
    assert Entry.objects.filter(topic="case.refund_asked", recipient=supervisor.user.email).exists()
    approve(case, supervisor)
    book = MoneyBack.objects.get(key=f"refund:{refund.number}")
    assert (book.state, book.amount_minor, case.refund_waits) == ("reserved", ALL, "to_execute")
    actions.note_executed(case, actor=operations, refund=refund.number, reference="112300012345")
    refund.refresh_from_db()
    book.refresh_from_db()
    assert (refund.state, book.state, case.refund_waits) == ("executed", "done", "")
    # Seven working days after a Monday.
    assert refund.due_on == date(2026, 12, 2)
    assert "12月2日" in _lines(case)[-1]


def _lines(case) -> list[str]:
    from disputes import events

    return [events.line(message) for message in case.messages.filter(author_kind="system")]


def test_within_the_limit_of_the_role_it_needs_nobody_else(clock, case, shop):
    refund = propose(case, shop.manager, 20_000)
    refund.refresh_from_db()
    assert (refund.state, refund.approved_by) == ("approved", shop.manager.user)


def test_the_limit_is_the_institutions_to_set(clock, case, shop):
    first = PolicyVersion.objects.get()
    PolicyVersion.objects.create(
        number=2, limits=first.limits, refund_limits=first.refund_limits | {"manager": 0}
    )
    assert propose(case, shop.manager, 1).state == "proposed"


@pytest.mark.parametrize("minutes", [None, 6, -1])
def test_money_moves_only_after_a_fresh_code(clock, case, shop, supervisor, minutes):
    proved = None if minutes is None else timezone.now() - timedelta(minutes=minutes)
    for deed in (
        lambda: propose(case, shop.manager, 100, proved_at=proved),
        lambda: (propose(case, shop.manager), approve(case, supervisor, proved_at=proved)),
    ):
        with pytest.raises(actions.Invalid) as error:
            deed()
        assert error.value.field == "refund_code"
    assert not MoneyBack.objects.exists()


@pytest.mark.parametrize("amount", [0, -1, ALL + 1, 100.5])
def test_no_amount_that_cannot_go_back(case, shop, amount):
    with pytest.raises(actions.Invalid) as error:
        propose(case, shop.manager, amount)
    assert error.value.field == "refund_amount"


def test_no_other_currency(case, shop):
    with pytest.raises(actions.Invalid):
        propose(case, shop.manager, currency="USD")


def test_nobody_approves_their_own(clock, case, supervisor):
    _lower(case, supervisor)
    assert "approve_refund" not in offered(case, supervisor)
    with pytest.raises(actions.NotAllowed):
        approve(case, supervisor)


def _lower(case, actor):
    first = PolicyVersion.objects.get()
    PolicyVersion.objects.create(
        number=2, limits=first.limits, refund_limits=first.refund_limits | {"supervisor": 0}
    )
    return propose(case, actor)


def second_account(actor, institution, email) -> Actor:
    user = User.objects.create_user(username="second", email=email, name="另一个账号")
    return Actor.member(
        Membership.objects.create(user=user, organisation=institution, role="supervisor")
    )


def test_nor_by_a_second_account_of_the_same_person(clock, case, supervisor, institution):
    _lower(case, supervisor)
    name, _at, domain = supervisor.user.email.partition("@")
    for account in (f"{name}+two@{domain}", supervisor.user.email.upper()):
        User.objects.filter(username="second").update(username=f"old{account}")
        second = second_account(supervisor, institution, account)
        assert "approve_refund" not in offered(case, second)
        with pytest.raises(actions.NotAllowed):
            approve(case, second)


def test_nor_on_behalf_of_oneself(clock, case, shop, make_actor):
    refund = propose(case, shop.manager)
    member = Membership.objects.get(user=make_actor("supervisor").user)
    delegate = Actor(
        kind="institution",
        id=f"user:{member.user.public_id}",
        user=member.user,
        organisation=member.organisation,
        role="supervisor",
        on_behalf_of=f"user:{refund.proposed_by.public_id}",
    )
    with pytest.raises(actions.NotAllowed):
        approve(case, delegate)


def test_an_edit_makes_its_author_the_first_pair_of_eyes(clock, case, shop, supervisor, make_actor):
    propose(case, shop.manager)
    actions.edit_refund(case, actor=supervisor, version=1, amount_minor=30_000, reason="少退一点。")
    with pytest.raises(actions.NotAllowed):
        approve(case, supervisor)
    other = make_actor("supervisor")
    for seen in ({"version": 1}, {"amount_minor": ALL}):
        with pytest.raises(actions.WrongState):
            approve(case, other, **seen)
    assert approve(case, other).amount_minor == 30_000


def test_a_shop_does_not_touch_what_the_institution_proposed(clock, case, shop, support):
    propose(case, support)
    assert not {"edit_refund", "withdraw_proposal"} & offered(case, shop.manager)
    with pytest.raises(actions.WrongState):
        actions.withdraw_proposal(case, actor=shop.manager)


def test_what_was_withdrawn_is_approved_by_nobody(clock, proposal, case, shop, supervisor):
    actions.withdraw_proposal(case, actor=shop.manager)
    with pytest.raises(actions.WrongState):
        actions.approve_refund(
            case, actor=supervisor, amount_minor=ALL, version=1, proved_at=timezone.now()
        )
    assert propose(case, shop.manager).number.endswith("-2")


@pytest.mark.parametrize("number", ["", "R0000-0000-1", "R' OR 1=1", "another's"])
def test_no_refund_that_is_not_there_is_executed(
    clock, proposal, case, open_case, supervisor, make_actor, shop, number
):
    """Nor one of another case, nor what was executed already."""
    refund, operations = approve(case, supervisor), make_actor("operations")
    other = open_case(payment=case.payment, contact="other@example.org")
    of, named = (other, refund.number) if number == "another's" else (case, number)
    with pytest.raises(actions.WrongState):
        actions.note_executed(of, actor=operations, refund=named, reference="112300012345")
    done = actions.note_executed(
        case, actor=operations, refund=refund.number, reference="112300012345"
    )
    for deed, more in (("note_executed", {"reference": "112300099999"}), ("note_not_executed", {})):
        given = {"actor": operations, "refund": refund.number} | more
        given |= {} if more else {"reason": "没有退成。"}
        with pytest.raises(actions.WrongState):
            getattr(actions, deed)(case, **given)
    done.refresh_from_db()
    assert (done.state, done.reference) == ("executed", "112300012345")


def test_a_role_taken_away_meanwhile_approves_nothing(clock, proposal, case, supervisor):
    Membership.objects.filter(user=supervisor.user).update(role="support")
    with pytest.raises(actions.NotAllowed):
        approve(case, supervisor)


def test_a_proposal_lapses_when_its_case_ends_otherwise(clock, proposal, case, support, close):
    close(case, support, "reject")
    proposal.refresh_from_db()
    assert (proposal.state, case.refund_waits) == ("withdrawn", "")


def test_it_stays_where_the_case_ends_in_agreement(clock, proposal, case, support, close):
    close(case, support)
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


def test_what_could_not_be_executed_frees_its_money(clock, proposal, case, supervisor, make_actor):
    approve(case, supervisor)
    operations = make_actor("operations")
    with pytest.raises(actions.Invalid):
        actions.note_not_executed(case, actor=operations, refund=proposal.number, reason=" ")
    actions.note_not_executed(case, actor=operations, refund=proposal.number, reason="账户已注销。")
    proposal.refresh_from_db()
    assert (proposal.state, MoneyBack.objects.get().state) == ("failed", "released")


def test_a_void_is_of_today_and_of_the_open_batch(clock, case, shop, make_payment):
    payment = case.payment
    for wrong in ({}, {"status": "authorised", "batch_no": ""}):
        Payment.objects.filter(pk=payment.pk).update(**wrong)
        with pytest.raises(actions.Invalid) as error:
            propose(case, shop.manager, kind="void")
        assert error.value.field == "refund_kind"
    Payment.objects.filter(pk=payment.pk).update(batch_no="000318")
    with pytest.raises(actions.Invalid) as error:
        propose(case, shop.manager, 100, kind="void")
    assert error.value.field == "refund_amount"
    refund = propose(case, shop.manager, None, kind="void")
    assert (refund.amount_minor, refund.kind) == (ALL, "void")
    later = {"at": payment.occurred_at + timedelta(minutes=20), "batch_no": "000319"}
    make_payment(shop.merchant, terminal=payment.terminal, **later)
    actions.withdraw_proposal(case, actor=shop.manager)
    with pytest.raises(actions.Invalid):
        propose(case, shop.manager, kind="void")


def test_a_void_that_waited_until_the_batch_was_closed_is_not_approved(
    clock, case, shop, supervisor, make_payment
):
    payment = case.payment
    Payment.objects.filter(pk=payment.pk).update(status="authorised", batch_no="000318")
    refund = propose(case, shop.manager, None, kind="void")
    later = {"at": payment.occurred_at + timedelta(minutes=20), "batch_no": "000319"}
    make_payment(shop.merchant, terminal=payment.terminal, **later)
    with pytest.raises(actions.WrongState, match="换了批次"):
        approve(case, supervisor)
    refund.refresh_from_db()
    assert (refund.state, MoneyBack.objects.exists()) == ("proposed", False)


def test_whoever_is_no_person_approves_nothing(clock, proposal, case, institution):
    """A role without somebody who holds it is no second pair of eyes."""
    nobody = Actor("institution", "key:1", organisation=institution, role="supervisor")
    with pytest.raises(actions.NotAllowed):
        approve(case, nobody)


# --- past the actions: what the database itself refuses, whoever writes -------------------------


def changed(proposal, **values):
    with transaction.atomic():
        Refund.objects.filter(pk=proposal.pk).update(**values)


def approval(by, proposal, **values) -> dict:
    return {
        "state": "approved",
        "approved_by": by.user,
        "approver_person": by.user.person,
        "approved_minor": proposal.amount_minor,
        "approved_version": proposal.version,
        "approved_at": timezone.now(),
        "proved_at": timezone.now() - timedelta(minutes=1),
        "gateway": "manual",
    } | values


def reserved(proposal):
    MoneyBack.objects.create(
        key=proposal.key, case=proposal.case, payment=proposal.payment, kind="refund",
        amount_minor=proposal.amount_minor, reserved_at=timezone.now(),
        changed_at=timezone.now(),
    )  # fmt: skip


def test_the_database_wants_two_people(clock, case, supervisor, make_actor, institution):
    proposal = _lower(case, supervisor)
    reserved(proposal)
    same = second_account(supervisor, institution, supervisor.user.email)
    root = User.objects.create_superuser("root", "root@example.org", "x", name="管理")
    for by, values in (
        (supervisor, {}),
        (same, {}),
        (same, {"approver_person": "somebody else"}),
        (make_actor("support"), {}),
        (Actor.person(root), {}),
        (make_actor("supervisor"), {"approved_minor": 1}),
        (make_actor("supervisor"), {"approved_version": 2}),
        (make_actor("supervisor"), {"proved_at": None}),
        (make_actor("supervisor"), {"proved_at": timezone.now() - timedelta(seconds=302)}),
        (make_actor("supervisor"), {"proved_at": timezone.now() + timedelta(seconds=2)}),
    ):
        with pytest.raises(IntegrityError):
            changed(proposal, **approval(by, proposal, **values))
    changed(proposal, **approval(make_actor("supervisor"), proposal))


def test_the_database_wants_the_money_set_aside(clock, proposal, supervisor):
    with pytest.raises(IntegrityError):
        changed(proposal, **approval(supervisor, proposal))


@pytest.mark.parametrize(
    "values",
    [
        {"amount_minor": 1},
        {"limit_minor": ALL},
        {"proposer_person": "x"},
        {"amount_minor": 1, "version": 3},
        {"state": "executed"},
        {"number": "R1"},
        {"reason": "别的"},
    ],
)
def test_a_proposal_changes_only_as_a_new_version(clock, proposal, values):
    with pytest.raises(IntegrityError):
        changed(proposal, **values)


def test_nothing_changes_between_approval_and_execution(clock, proposal, case, supervisor):
    approve(case, supervisor)
    for values in ({"amount_minor": 1}, {"amount_minor": 1, "version": 2}, {"approved_minor": 1}):
        with pytest.raises(IntegrityError):
            changed(proposal, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.all().delete()


def test_an_invented_limit_or_role_is_refused(clock, proposal):
    for values in ({"limit_minor": ALL}, {"proposer_role": "supervisor"}):
        copy = Refund.objects.get(pk=proposal.pk)
        copy.pk, copy.number = None, "R2"
        copy.submission_key = "0f4e9d6c-6f0b-4b60-9a53-6f2f7a1c1f10"
        for name, value in values.items():
            setattr(copy, name, value)
        Refund.objects.filter(pk=proposal.pk).update(state="withdrawn", ended_at=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


def test_who_was_joined_after_the_proposal_is_one_pair_of_eyes(
    clock, case, supervisor, make_actor, institution
):
    proposal = _lower(case, supervisor)
    second = make_actor("supervisor")
    join_accounts(second.user, username=supervisor.user.username, actor=make_actor("administrator"))
    second.user.refresh_from_db()
    with pytest.raises(actions.NotAllowed):
        approve(case, second)
    reserved(proposal)
    with pytest.raises(IntegrityError):
        changed(proposal, **approval(second, proposal))


@pytest.mark.parametrize(
    ("executed", "there"),
    [
        ((2026, 12, 29), date(2027, 1, 8)),  # New Year's Day and two weekends between
        ((2028, 2, 25), date(2028, 3, 7)),  # 29 February is a working day
        ((2026, 12, 31), date(2027, 1, 12)),
    ],
)
def test_the_day_of_arrival_over_the_change_of_the_year_and_29_february(db, executed, there):
    noon = timezone.make_aware(datetime(*executed, 12))
    assert course.arrives_on(noon) == there
