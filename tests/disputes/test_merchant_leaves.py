"""A merchant is closed, or its last person leaves, in the middle: no customer waits for nobody."""

import pytest

from disputes import actions, clocks, policy
from disputes.desk import composer
from disputes.digest import send as send_digests
from disputes.models import Case, Offer
from disputes.tasks import sweep_clocks
from portal.accounts.actions import end_membership
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, User
from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.site.people.close_merchant import close_merchant

pytestmark = pytest.mark.django_db
BY_ITSELF = "case.escalated_for_nobody"


@pytest.fixture
def administrator(make_actor) -> Actor:
    return make_actor("administrator")


@pytest.fixture
def terminate(shop, administrator, run_outbox):
    """The merchant's account is closed, and the news of it carried out."""

    def do() -> None:
        close_merchant(shop.organisation, reason="contract_ended", actor=administrator)
        run_outbox()

    return do


def now(case) -> Case:
    return Case.objects.select_related("policy", "organisation").get(pk=case.pk)


def moved() -> list[str]:
    return list(Event.objects.filter(type=BY_ITSELF).values_list("subject", flat=True))


def test_every_open_case_goes_to_the_institution_in_whatever_state(
    clock, pass_time, shop, open_case, say, new_key, terminate
):
    new, working, asked, offered = (open_case(contact=f"{n}@example.org") for n in "abcd")
    say(working, shop.clerk)
    actions.ask_consumer(asked, actor=shop.clerk, body="几号桌？", submission_key=new_key())
    actions.offer_refund(
        offered, actor=shop.manager, amount_minor=100, body="退一点。", submission_key=new_key()
    )
    pass_time(hours=5)
    terminate()
    for case in (new, working, asked, offered):
        row = now(case)
        assert (row.stage, row.status, row.due_clock) == (
            "institution", "new", "institution_answer",
        )  # fmt: skip
        states = {s.clock: s.state for s in clocks.of(row)}
        assert {states["merchant_first_reply"], states["merchant_settles"]} == {"stopped"}
        assert states["institution_answer"] == "running"
    assert Offer.objects.get(case=offered).answer == Offer.Answer.LAPSED
    assert len(moved()) == 4


def test_the_customer_is_told_once_and_reads_who_has_it_now(
    client, case, hold, terminate, run_outbox, shop
):
    Entry.objects.all().delete()
    terminate()
    run_outbox()
    (told,) = Entry.objects.filter(topic=BY_ITSELF)
    assert told.recipient == "guest@example.org"
    hold(case)
    page = client.get(f"/case/{case.number}/").content.decode()
    assert "商户现在没有人能答复，已转给" in page
    assert "商户应在" not in page


def test_nobody_of_the_merchant_hears_of_it_again(
    clock, pass_time, shop, case, support, say, consumer_of, terminate, run_outbox
):
    terminate()
    Entry.objects.all().delete()
    say(now(case), support)
    say(now(case), consumer_of(case), "还有一句。")
    run_outbox()
    send_digests()
    assert {e.recipient for e in Entry.objects.exclude(recipient="")} == {"guest@example.org"}


def test_whoever_signs_in_still_sees_nothing_of_it(client, shop, case, terminate):
    terminate()
    client.force_login(User.objects.get(pk=shop.manager.user.pk))
    for path in (f"/merchant/cases/{case.number}/", "/merchant/", "/merchant/cases/"):
        assert client.get(path).status_code == 403


def test_nothing_says_any_more_that_the_merchant_reads(
    client, case, hold, sign_in, terminate, other_browser
):
    terminate()
    sign_in("support")
    page = client.get(f"/desk/cases/{case.number}/").content.decode()
    assert "发送给客户</span>" in page
    assert "发送给客户与商户" not in page
    hold(case, other_browser)
    page = other_browser.get(f"/case/{case.number}/").content.decode()
    assert "写给商户和" not in page


def test_staff_are_not_offered_to_write_to_nobody(case, support, say, terminate):
    assert policy.audiences(now(case), "support") == ("all", "merchant")
    assert composer.of(now(case), support).tabs[0].send == "发送给客户与商户"
    terminate()
    assert policy.audiences(now(case), "support") == ("all",)
    assert composer.of(now(case), support).tabs[0].send == "发送给客户"
    with pytest.raises(actions.Invalid):
        say(now(case), support, "请补发票。", audience="merchant")


def test_the_customer_is_not_told_that_they_write_to_nobody(client, case, hold, terminate):
    hold(case)
    assert "写给商户和江岸支付" in client.get(f"/case/{case.number}/").text
    terminate()
    page = client.get(f"/case/{case.number}/").text
    assert "写给商户" not in page
    assert "写给江岸支付" in page


def test_a_new_case_begins_at_the_institution(terminate, open_case):
    terminate()
    assert open_case().stage == "institution"


def test_cases_that_are_closed_or_with_the_institution_stay_as_they_are(
    open_case, support, close, terminate
):
    closed, theirs = open_case(contact="a@example.org"), open_case(contact="b@example.org")
    close(closed, support)
    actions.escalate(theirs, actor=support)
    terminate()
    assert (now(closed).status, now(theirs).status) == ("resolved", "new")
    assert moved() == []


def test_a_case_continued_afterwards_is_the_institutions(
    case, shop, close, consumer_of, new_key, terminate
):
    close(case, shop.manager, "reject")
    terminate()
    actions.continue_case(
        now(case), actor=consumer_of(case), body="不行。", submission_key=new_key()
    )
    assert now(case).stage == "institution"


def test_twice_is_once_and_a_person_names_no_such_reason(case, support, terminate, run_outbox):
    with pytest.raises(actions.Invalid):
        actions.escalate(case, actor=support, reason="nobody")
    terminate()
    Entry.objects.filter(topic__in=["merchant_closed", "rights_changed"]).update(state="pending")
    run_outbox()
    assert len(moved()) == 1


def test_the_system_takes_nothing_from_a_shop_that_can_answer(case):
    with pytest.raises(actions.WrongState, match="还有人"):
        actions.escalate(case, actor=Actor.system("merchants"), reason="nobody")


def test_the_last_person_who_leaves_leaves_no_case_behind(shop, case, administrator, run_outbox):
    clerk, manager = (Membership.objects.get(user=a.user) for a in (shop.clerk, shop.manager))
    end_membership(manager, actor=administrator)
    run_outbox()
    assert now(case).stage == "merchant"  # the clerk can answer still
    end_membership(clerk, actor=administrator)
    run_outbox()
    assert (now(case).stage, len(moved())) == ("institution", 1)


def test_a_case_that_slipped_through_moves_when_its_time_is_over(
    clock, pass_time, case, shop, administrator
):
    """Opened in the second in which the account was closed: no news is carried out after it."""
    close_merchant(shop.organisation, reason="risk", actor=administrator)
    assert now(case).stage == "merchant"
    pass_time(hours=25)
    assert sweep_clocks() == 1
    assert moved() == [case.subject]
