"""What holds for each verb: the policy decides, the trail and the outbox share its transaction."""

import uuid

import pytest
from django.db import transaction

from disputes import actions, policy
from disputes.models import Case, Message
from disputes.models.case import OPEN_STATUSES, Stage, Status
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Role
from portal.audit.models import Event
from portal.outbox import post
from portal.outbox.models import Entry
from tests.disputes.deeds import DEEDS, NEEDS, twin

pytestmark = pytest.mark.django_db

# Who may do each verb in some state of the case; nobody else may in any.
MAY = {
    "reply": {"consumer", "clerk", "manager", "support", "supervisor", "operations"},
    "ask_consumer": {"clerk", "manager", "support", "supervisor", "operations"},
    "add_note": {"clerk", "manager", "support", "supervisor", "operations"},
    "assign": {"support", "supervisor", "operations"},
    "escalate": {"consumer", "support", "supervisor", "operations"},
    "resolve": {"manager", "support", "supervisor"},
    "reject": {"manager", "support", "supervisor"},
    "offer_refund": {"manager"},
    "accept_offer": {"consumer"},
    "decline_offer": {"consumer"},
    "reprint": {"clerk", "manager"},
    "accept_slip": {"consumer"},
    "propose_refund": {"manager", "support", "supervisor"},
    "edit_refund": {"manager", "support", "supervisor"},
    "withdraw_proposal": {"manager", "support", "supervisor"},
    "approve_refund": {"supervisor"},
    "refuse_refund": {"supervisor"},
    "note_executed": {"operations"},
    "link_redo": {"manager", "support", "supervisor"},
    "note_not_executed": {"operations"},
    "ask_extension": {"support", "supervisor", "operations"},
    "approve_extension": {"supervisor"},
    "refuse_extension": {"supervisor"},
    "note_forwarded": {"support", "supervisor", "operations"},
    "note_accepted": {"support", "supervisor", "operations"},
    "note_request": {"support", "supervisor", "operations"},
    "note_decision": {"support", "supervisor", "operations"},
    "note_reply": {"support", "supervisor", "operations"},
    "note_sent": {"support", "supervisor", "operations"},
    "answer_request": {"support", "supervisor", "operations"},
    "issue_file": {"support", "supervisor", "operations"},
    "take_file": {"consumer"},
    "say_gone_up": {"consumer"},
    "settle_difference": {"supervisor"},
    "move_policy": {"supervisor"},
    "merge": {"support", "supervisor"},
    "part": {"support", "supervisor"},
    "withdraw": {"consumer"},
    "end_links": {"consumer", "support", "supervisor"},
    "continue_case": {"consumer"},
}


@pytest.fixture
def everybody(shop, make_shop, make_actor, consumer_of, case) -> dict[str, Actor]:
    other = make_shop()
    return {
        "consumer": consumer_of(case),
        "clerk": shop.clerk,
        "manager": shop.manager,
        **{r: make_actor(r) for r in ("support", "supervisor", "operations", "auditor")},
        "administrator": make_actor("administrator"),
        "clerk of another": other.clerk,
        "manager of another": other.manager,
        "consumer of another": Actor.consumer("case:2611-9999"),
        "consumer with a payment": Actor.consumer(f"payment:{case.payment_id}"),
    }


def place(case, stage, status) -> None:
    case.stage, case.status = stage, status
    merged = status == Status.MERGED  # as the database wants it
    case.merged_into, case.merged_from = (twin(case), "working") if merged else (None, "")
    case.closed_at = None if status in OPEN_STATUSES else case.opened_at
    kept, is_open = case.offered_minor, status in OPEN_STATUSES
    case.offered_minor = kept if is_open else None
    case.save()
    case.offered_minor = kept


def make_ready(verb, case, everybody) -> None:
    if verb in NEEDS:
        NEEDS[verb](case, everybody)
        case.save()


TELLS_NOBODY = {
    *("end_links", "add_note", "assign", "ask_extension", "refuse_extension"),
    # Whoever wrote to us knows; the customer reads it on the case's page.
    *("note_accepted", "note_request", "note_decision", "note_reply", "note_sent"),
    *("answer_request", "issue_file", "take_file", "say_gone_up"),
    "settle_difference",  # no money moves by it
}
TELLS_NOBODY |= {"withdraw_proposal"}


class Undo(Exception):
    pass


def outcome(deed, case, actor) -> str:
    """done, or the name of the refusal; undone in either case."""
    try:
        with transaction.atomic():
            deed(Case.objects.get(pk=case.pk), actor)
            raise Undo
    except Undo:
        return "done"
    except actions.Refused as error:
        return type(error).__name__ if error.message else "a refusal without a word"


def test_the_list_of_verbs_is_whole():
    of_no_case = {"keep_view", "drop_view", "make_item", "finish_item", "put_aside"}
    of_no_case |= {"keep_reply", "drop_reply"}
    # The policy says who works a case; what its customer thought of it is asked when it is over.
    of_no_case |= {"answer_survey", "suggest"}
    # The card network's own table says who may (tests/disputes/network).
    of_no_case |= {"receive_network", "answer_network", "give_back", "propose_network"}
    of_no_case |= {"give_signed_slip"}
    of_no_case |= {"settle_card_kind", "enter_network_message"}
    of_no_case |= {"retry_network_notice", "drop_network_notice"}
    functions = {name for name in actions.__all__ if name.islower()} - {"open_case"} - of_no_case
    of_one_kind = {step.verb for kind in policy.KINDS.values() for step in kind.extra_steps}
    shared = {step.verb for step in policy.STEPS}
    assert functions == shared | of_one_kind
    assert set(DEEDS) == set(MAY) == shared
    assert set(policy.ORDER) == set(DEEDS)


@pytest.mark.parametrize("verb", DEEDS)
@pytest.mark.parametrize("stage", [Stage.MERCHANT, Stage.INSTITUTION])
def test_a_button_is_there_exactly_when_it_works(clock, verb, stage, case, everybody):
    make_ready(verb, case, everybody)
    for status in Status:
        place(case, stage, status)
        for name, actor in everybody.items():
            offered = verb in {v.name for v in policy.allowed(case, actor)}
            result = outcome(DEEDS[verb], case, actor)
            if name not in MAY[verb]:
                assert result == "NotAllowed", (name, status)
            elif not offered:  # what is so already is no error
                assert result == "WrongState" or verb in {"withdraw", "escalate"}, (
                    name,
                    status,
                )
            if offered:
                assert result == "done", (name, status)


@pytest.mark.parametrize("verb", DEEDS)
def test_each_role_can_do_its_verbs_somewhere(clock, verb, case, everybody):
    may = set()
    make_ready(verb, case, everybody)
    for stage in (Stage.MERCHANT, Stage.INSTITUTION):
        for status in Status:
            place(case, stage, status)
            may |= {
                n for n, a in everybody.items() if verb in {v.name for v in policy.allowed(case, a)}
            }
    assert may == MAY[verb]


def test_auditors_and_administrators_have_no_button(case, everybody):
    assert policy.allowed(case, everybody["auditor"]) == []
    assert policy.allowed(case, everybody["administrator"]) == []
    assert policy.allowed(case, None) == []


def ready_for(verb, case, everybody) -> Actor:
    """Bring the case to where the verb is possible; who does it."""
    extending = {"ask_extension", "approve_extension", "refuse_extension"}
    if verb in {*extending, "note_accepted", "note_request", "note_decision"}:
        DEEDS["escalate"](case, everybody["support"])
    make_ready(verb, case, everybody)
    if verb == "part":
        DEEDS["merge"](case, everybody["support"])
    if verb == "continue_case":
        DEEDS["resolve"](case, everybody["support"])
    return everybody[sorted(MAY[verb])[0]]


@pytest.mark.parametrize("verb", DEEDS)
def test_it_leaves_one_event_of_the_actor(verb, case, everybody):
    actor = ready_for(verb, case, everybody)
    before = Event.objects.filter(subject=case.subject).count()
    DEEDS[verb](case, actor)
    events = Event.objects.filter(subject=case.subject).order_by("sequence")
    assert events.count() == before + 1
    if verb in {"merge", "part"}:
        assert Event.objects.filter(subject="case:2611-9001").exists()
    assert events.last().actor == actor.id
    assert events.last().type.startswith("case.")


@pytest.mark.parametrize("verb", DEEDS)
def test_nothing_stays_when_the_trail_cannot_be_written(verb, case, everybody, monkeypatch):
    actor = ready_for(verb, case, everybody)
    before = snapshot(case)
    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(Broken):
        DEEDS[verb](case, actor)
    assert snapshot(case) == before


@pytest.mark.parametrize("verb", sorted(set(DEEDS) - TELLS_NOBODY))
def test_nothing_stays_when_the_outbox_cannot_be_written(verb, case, everybody, monkeypatch):
    actor = ready_for(verb, case, everybody)
    before = snapshot(case)
    monkeypatch.setattr(post, "_post", fail)
    with pytest.raises(Broken):
        DEEDS[verb](case, actor)
    assert snapshot(case) == before


class Broken(Exception):
    pass


def fail(*_args, **_kwargs):
    raise Broken


def snapshot(case) -> tuple:
    row = Case.objects.filter(pk=case.pk).values().get()
    return (
        row,
        Message.objects.count(),
        Event.objects.count(),
        Entry.objects.count(),
        list(case.clock_events.order_by("pk").values()),
    )


@pytest.mark.parametrize("verb", ["reply", "ask_consumer", "add_note", "resolve", "reject"])
@pytest.mark.parametrize("body", ["", "   \n ", "\u200b\u200d", "\x00\x07"])
def test_it_wants_words(verb, body, case, everybody):
    actor = everybody["support"]
    closes = verb in {"resolve", "reject"}
    values = {"closing_reason": "other", "root_cause": "none_found"} if closes else {}
    with pytest.raises(actions.Invalid) as error:
        getattr(actions, verb)(case, actor=actor, body=body, submission_key=uuid.uuid4(), **values)
    assert error.value.field == "body"


def test_roles_of_the_table_exist():
    roles = {role for step in policy.STEPS for role in step.who}
    assert roles <= set(Role.values) | {"consumer", "system"}
    assert not roles & {"auditor", "administrator"}
