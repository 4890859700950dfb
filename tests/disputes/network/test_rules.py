"""Every step tried from every state, for every kind of card, against the rules told plainly.

`may` below is written from the text of the rules, not from the table: what it looks at is the list
of what has happened, nothing else.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest

from disputes.models import NetworkDispute
from disputes.models.network import CardKind, State
from disputes.policy import network as rules
from disputes.policy.network import Facts

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
AMOUNT = 10_000
GOOD = Facts(
    at=NOON,
    today=NOON.date(),
    on=date(2026, 11, 1),
    amount_minor=AMOUNT,
    left_minor=AMOUNT,
    file_size=1,
    text="核实无误。",
)
# How a track may have come to each state: what has happened, oldest first.
WAYS: dict[str, list[list[str]]] = {
    State.BEGUN: [[], ["E74"]],
    State.INQUIRED: [["E00"], ["E00", "E02", "E00"], ["E32", "E00"], ["E74", "E00"]],
    State.ANSWERED: [["E00", "E02"], ["E00", "E02", "E00", "E02"], ["E00", "E02", "E74"]],
    State.INQUIRY_MISSED: [["E00", "missed"], ["E00", "missed", "E00", "missed"]],
    State.RETRIEVING: [["E04"], ["E00", "E02", "E04"], ["E04", "E74"]],
    State.RETRIEVED: [["E04", "E05"], ["E00", "E02", "E04", "E05", "E74"]],
    State.RETRIEVAL_MISSED: [["E04", "missed"]],
    State.CHARGED_BACK: [
        ["E00", "E02", "E23"],
        ["E04", "E05", "E23"],
        ["E04", "missed", "E23"],
        ["E00", "E02", "E74", "E23"],
    ],
    State.REPRESENTED: [["E00", "E02", "E23", "E24"]],
    State.CHARGED_BACK_AGAIN: [["E00", "E02", "E23", "E24", "E25"]],
    State.NEGOTIATING: [["E00", "E02", "E23", "E26"], ["E00", "E02", "E23", "E24", "E25", "E26"]],
    State.ADJUSTED: [["E32"], ["E00", "E32"], ["E04", "E32"], ["E32", "E00", "E02"]],
    State.WON: [["E00", "E02", "E23", "E24", "won"], ["E00", "E02", "E23", "E26", "won"]],
    State.LOST: [
        ["E00", "E02", "E23", "accepted"],
        ["E00", "E02", "E23", "missed"],
        ["E00", "E02", "E23", "E26", "lost"],
        ["E00", "E02", "E23", "E24", "E25", "accepted"],
        ["E00", "E02", "E23", "E24", "E25", "missed"],
    ],
}
CASES = [(state, way, kind) for state, ways in WAYS.items() for way in ways for kind in CardKind]


def track_of(state, way, kind) -> NetworkDispute:
    return NetworkDispute(
        state=state,
        card_kind=kind,
        amount_minor=AMOUNT,
        inquiries=way.count("E00"),
        retrievals=way.count("E04"),
        retrieval_missed="E04,missed" in ",".join(way),
        charged_back_minor=AMOUNT if "E23" in way else 0,
        adjusted_minor=AMOUNT if "E32" in way else 0,
        manual_minor=1 if "E74" in way else 0,
    )


def may(way: list[str], kind: str, code: str) -> bool:
    """The rules, slowly."""
    talk = [each for each in way if each not in {"E74", "E32"}]
    last = talk[-1] if talk else ""
    is_asked = last in {"E00", "E04"} and way[-1] != "E32"
    is_credit = kind == CardKind.CREDIT
    missed_retrieval = any(a == "E04" and b == "missed" for a, b in pairwise(talk))
    fights = "E23" in talk
    is_over = last in {"won", "accepted", "lost"} or (fights and last == "missed")
    if is_over:
        return False
    if code == "E00":
        return not is_asked and not fights and talk.count("E00") < 2 and "E04" not in talk
    if code == "E04":
        return not is_asked and not fights and "E04" not in talk and "E32" not in way
    if code == "E02":
        return is_asked and last == "E00"
    if code == "E05":
        return is_asked and last == "E04"
    if code == "E23":
        return bool(talk) and not is_asked and not fights and "E32" not in way
    if code == "E24":
        return last == "E23" and is_credit and not missed_retrieval
    if code == "E25":
        return last == "E24" and is_credit
    if code == "E26":
        known = kind != CardKind.UNKNOWN
        after_debit = last == "E23" and known and (not is_credit or missed_retrieval)
        return after_debit or (last == "E25" and known)
    if code == "E32":
        return not fights and "E74" not in way and "E32" not in way
    if code == "E74":
        return not fights and "E32" not in way
    if code == "accepted":
        return last in {"E23", "E25"}
    if code == "won":
        return last in {"E24", "E26"}
    return last == "E26"  # lost


def test_every_state_is_tried():
    assert set(WAYS) == set(State)


@pytest.mark.parametrize("code", rules.CODES)
def test_every_step_from_every_state(code):
    wrong = [
        (state, way, kind)
        for state, way, kind in CASES
        if (rules.refusals(track_of(state, way, kind), code, GOOD) == []) != may(way, kind, code)
    ]
    assert wrong == []


def test_every_guard_bars_somewhere_by_itself():
    """No guard is only decoration: for each there is a track and facts that it alone refuses."""
    bad = {
        "amount_minor": AMOUNT + 1,
        "file_size": rules.LARGEST_FILE + 1,
        "text": "",
        "today": date(2027, 11, 2),
        "at": NOON + timedelta(days=1),
    }
    alone = set()
    for code, (state, way, kind) in product(rules.CODES, CASES):
        rule, track = rules.STEPS[code], track_of(state, way, kind)
        track.due_at = NOON
        if state not in rule.states:
            continue
        for change in [{}, *({name: value} for name, value in bad.items())]:
            facts = Facts(**{**GOOD.__dict__, **change})
            failed = [g.name for g in rule.guards_of if not g.holds(track, facts)]
            if len(failed) == 1:
                alone.add(failed[0])
    # These two are the table's states told once more, for the words of the refusal.
    assert set(rules.GUARDS) - alone <= {"asked and answered", "not charged back"}


@pytest.mark.parametrize("amount", [0, -1, AMOUNT + 1, None])
@pytest.mark.parametrize("code", [c for c, r in rules.STEPS.items() if "amount" in r.asks])
def test_no_amount_beyond(code, amount):
    facts = Facts(**{**GOOD.__dict__, "amount_minor": amount})
    for state, way, kind in CASES:
        assert rules.refusals(track_of(state, way, kind), code, facts) != []


def passes(code: str, **change) -> bool:
    """Whether some track that may take the step takes it with this."""
    facts = Facts(**{**GOOD.__dict__, **change})
    tracks = [track_of(*each) for each in CASES if may(each[1], each[2], code)]
    return any(rules.refusals(track, code, facts) == [] for track in tracks)


@pytest.mark.parametrize("code", [c for c, r in rules.STEPS.items() if "amount" in r.asks])
def test_one_fen_is_an_amount_and_so_is_all(code):
    assert passes(code, amount_minor=1)
    assert passes(code, amount_minor=AMOUNT)


@pytest.mark.parametrize("code", ["E05", "E24"])
def test_a_file_goes_with_it_of_ten_megabytes_at_most(code):
    for size in (1, 10_485_760):
        assert passes(code, file_size=size)
    for size in (None, 0, 10_485_761):
        assert not passes(code, file_size=size)


@pytest.mark.parametrize(
    ("state", "way", "is_over"),
    [
        (State.BEGUN, [], False),
        (State.INQUIRED, ["E00"], False),
        (State.RETRIEVING, ["E04"], False),
        (State.RETRIEVING, ["E00", "E02", "E04"], False),
        (State.ANSWERED, ["E00", "E02"], True),
        (State.INQUIRY_MISSED, ["E00", "missed"], True),
        (State.RETRIEVED, ["E04", "E05"], True),
    ],
)
def test_what_was_not_asked_or_not_answered_is_said_to_whoever_charges_back(state, way, is_over):
    """The table's states say so as well; this is why, in words."""
    track = track_of(state, way, CardKind.CREDIT)
    assert rules.GUARDS["asked and answered"].holds(track, GOOD) is is_over
    why = rules.refusals(track, "E23", GOOD)
    assert [str(each) for each in why] == ([] if is_over else ["查询还没有答复，不能退单。"])


def test_the_last_moment_still_counts_and_the_next_does_not():
    for code in ("E02", "E05", "E24", "E26", "accepted"):
        rule = rules.STEPS[code]
        for state in rule.states:
            track = track_of(state, WAYS[state][0], CardKind.CREDIT if code == "E24" else "debit")
            track.due_at = NOON
            assert rules.refusals(track, code, GOOD) == []
            late = Facts(**{**GOOD.__dict__, "at": NOON + timedelta(microseconds=1)})
            assert rules.refusals(track, code, late) != []


@pytest.mark.parametrize(
    ("paid", "last"),
    [
        (date(2026, 11, 23), date(2027, 11, 23)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_a_retrieval_comes_within_twelve_months(paid, last):
    assert rules.twelve_months_after(paid) == last
    track = track_of(State.BEGUN, [], CardKind.DEBIT)
    for day, allowed in ((last, True), (last + timedelta(days=1), False)):
        facts = Facts(**{**GOOD.__dict__, "on": paid, "today": day})
        assert (rules.refusals(track, "E04", facts) == []) == allowed


def test_a_missed_state_follows_from_every_state_that_waits_for_us():
    assert set(rules.WHEN_MISSED) == set(rules.OURS_TO_ANSWER)
