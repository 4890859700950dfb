"""The table itself: whole, free of contradictions, and drawn in docs/policy.md as it is."""

from itertools import product
from xml.etree import ElementTree

import pytest
from django.utils import translation

from disputes import clocks, events, in_app, policy, policy_picture
from disputes.models import Case, PolicyVersion
from disputes.models.case import Kind, Reason, Stage, Status
from disputes.policy import document, limits, network_document, refunding, texts
from disputes.policy.steps import STEPS
from disputes.policy.table import AS_BEFORE_MERGING, AS_BEFORE_THE_PAUSE, CLOSED, OPEN


def test_every_kind_has_its_policy():
    assert set(policy.KINDS) == set(Kind.values)


def test_the_document_is_the_table(root):
    written = (root / "docs" / "policy.md").read_text(encoding="utf-8")
    assert written == document.write(), "run manage.py policy_document"
    for name, drawn in policy_picture.files().items():
        assert (root / "docs" / name).read_text(encoding="utf-8") == drawn, "as above"
    written = (root / "docs" / "network.md").read_text(encoding="utf-8")
    assert written == network_document.write(), "run manage.py policy_document"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.verb}-{step.event}")
def test_a_step_names_only_what_exists(step):
    assert set(step.stops) | set(step.pauses) | set(step.resumes) <= {*limits.DEFAULTS, "*"}
    assert step.to_status in {None, AS_BEFORE_THE_PAUSE, AS_BEFORE_MERGING, *Status}
    assert step.says in {"", *events.LINES}
    for notice in step.tells:
        assert notice.text in (texts.OF | {"owner": in_app.WORDS})[notice.to]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.verb}-{step.event}")
def test_a_closing_step_stops_all_clocks_and_a_reopening_one_starts_some(step):
    if step.to_status in CLOSED:
        assert step.stops == ("*",)
        assert not step.starts
    if step.statuses <= CLOSED and step.to_status in OPEN:
        assert step.starts


def test_whoever_waits_for_the_customer_pauses_and_nobody_else():
    for step in STEPS:
        waits = step.to_status in {Status.WAITING_CONSUMER, Status.MERGED}
        assert waits == bool(step.pauses)


def test_no_row_is_hidden_behind_an_earlier_one():
    for place, step in enumerate(STEPS):
        cells = {
            cell
            for cell in product(step.who, step.stages, step.statuses, step.kinds)
            if not any(
                earlier.verb == step.verb
                and earlier.audience in (None, step.audience)
                and earlier.given in ("", step.given)
                and cell[0] in earlier.who
                and cell[1] in earlier.stages
                and cell[2] in earlier.statuses
                and cell[3] in earlier.kinds
                for earlier in STEPS[:place]
            )
        }
        assert cells, step


@pytest.mark.parametrize(
    ("verb", "given"), [("propose_refund", "a proposal"), ("propose_network", "a network proposal")]
)
def test_wherever_money_may_be_proposed_a_supervisor_may_approve_it(verb, given):
    """Also alone, within the limit of a role: that is the same approval."""
    for step in (each for each in (*STEPS, *refunding.OF_THE_TRACK) if each.verb == verb):
        left = set(product(step.stages, step.statuses, step.kinds))
        for other in STEPS:
            if other.verb == "approve_refund" and other.given == given:
                assert other.who == {"supervisor"}
                left -= set(product(other.stages, other.statuses, other.kinds))
        assert left == set()


def test_every_event_of_a_clock_has_its_reason_in_words():
    changing = {s.event for s in STEPS if s.starts or s.pauses or s.resumes or s.stops}
    assert changing | {"opened", "slip_issued"} <= set(clocks.REASONS)


def test_every_clock_has_a_name_a_source_and_a_limit():
    assert set(limits.LABELS) == set(limits.SOURCES) == set(limits.DEFAULTS)
    limits.check(limits.DEFAULTS)


@pytest.mark.parametrize(
    ("particular", "kinds"),
    [
        ("needs_payment", {"refund_request", "network"}),
        ("asks_amount", {"refund_request"}),
        ("slip_clock", {"no_slip"}),
        ("says_no_slip", {"no_slip"}),
        ("merchant_takes_part", {"no_slip", "refund_request", "disputed_charge", "network"}),
        ("by_customers", set(Kind.values) - {"network"}),
    ],
)
def test_what_is_particular_to_a_kind_is_so_of_no_other(particular, kinds):
    found = {name for name, rules in policy.KINDS.items() if getattr(rules, particular)}
    assert found == kinds


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_can_be_closed_either_way_for_another_reason(kind):
    for verb in ("resolve", "reject"):
        case = Case(kind=kind, policy=PolicyVersion())
        codes = [code for code, _label in policy.closing_reasons(case, verb)]
        assert codes[-1] == "other"
        assert len(codes) == len(set(codes))
        assert all(len(code) <= 40 for code in codes)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("reason", ["", *Reason])
def test_without_the_merchant_every_kind_begins_at_the_institution(kind, reason):
    assert policy.first_stage(kind, reason, merchant_takes_part=False) == Stage.INSTITUTION
    first = policy.first_stage(kind, reason, merchant_takes_part=True)
    assert policy.stage_clocks(first)


def test_the_pages_get_a_label_for_each_verb_of_each_party():
    for step in STEPS:
        for role in step.who - {"system"}:
            labels = policy.CONSUMER_LABELS if role == "consumer" else policy.LABELS
            assert labels[step.verb][0], (role, step.verb)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_picture_says_every_change_of_state_and_nothing_else(language):
    """What its arrows say of boxes, said of each state again, is what the table says."""
    with translation.override(language):
        arrows, drawn = policy_picture.arrows(), policy_picture.draw()
    said = {}
    for arrow in arrows:
        for event in arrow.events:
            said.setdefault(event, set()).update(spread(arrow.start, arrow.end))
    for event, pairs in policy_picture._changes().items():
        assert pairs <= said[event], event
        assert {(a, b) for a, b in said[event] - pairs if a != b} == set(), event
    root = ElementTree.fromstring(drawn)  # noqa: S314  our own
    numbers = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {str(arrow.number) for arrow in arrows} <= set(numbers)
    desc = root.find("{http://www.w3.org/2000/svg}desc")
    assert desc is not None
    assert desc.text
    assert desc.text.count("\n") == len(arrows) - 1
    for each in root.iter():
        places = [float(each.get(name, "0")) for name in ("x", "cx")]
        assert all(0 <= place <= policy_picture.WIDTH for place in places)


def spread(start, end) -> set:
    """The pairs of states for which an arrow between boxes stands."""
    boxes = {policy_picture.OPEN, policy_picture.CLOSED, *policy_picture.STAGES}
    starts = policy_picture.inside(start) if start in boxes else [start]
    ends = policy_picture.inside(end) if end in boxes else [end]
    stages = policy_picture.STAGES
    if start in stages and end in stages:
        return set(zip(starts, ends, strict=True))
    return set(product(starts, ends))
