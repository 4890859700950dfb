"""docs/policy.md, drawn from the table itself."""

from collections.abc import Iterable

from disputes import clocks, policy
from disputes.models.case import Stage, Status
from disputes.policy import limits
from disputes.policy.steps import ORDER
from disputes.policy.table import (
    ANY_KIND,
    ANY_STAGE,
    ANY_STATUS,
    AS_BEFORE_MERGING,
    AS_BEFORE_THE_PAUSE,
    OPEN,
    STAGE_CLOCKS,
    Step,
)

HEAD = """# The policy of a case

Written by `manage.py policy_document` from `disputes/policy/`; a test holds the two together.
Stage (whose desk the case lies on) and status (what happens there) are two axes. The numbers are
those of the first `PolicyVersion`; a case keeps the version under which it began. What is not in a
table is refused: the auditor reads all cases and the administrator none, neither changes one.
"""


def write() -> str:
    parts = [HEAD, _diagram(), _kinds(), _clocks(), _verbs(), _closing()]
    return "\n".join(parts)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(r) for r in rows)]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def _diagram() -> str:
    """A state diagram that GitHub and most editors draw."""
    edges = []
    for step in policy.STEPS:
        for stage in (s for s in Stage if s in step.stages and s != Stage.UPWARD):
            target = step.to_stage or stage
            for status in (s for s in Status if s in step.statuses):
                for becomes in sorted(after(step, stage, status)):
                    edges.append((f"{stage}_{status}", f"{target}_{becomes}", step.event))
    lines = [f"    {a} --> {b}: {event}" for a, b, event in dict.fromkeys(edges) if a != b]
    begin = [f"    [*] --> {stage}_{opening.status}" for stage, opening in policy.OPENING.items()]
    picture = "![The states of a case](policy.en.svg)"
    return "\n".join(
        ["## States", "", picture, "", "```mermaid", "stateDiagram-v2", *begin, *lines, "```", ""]
    )


def after(step: Step, stage: str, status: str) -> set[str]:
    """The statuses in which a step may leave a case that was in this one."""
    if step.to_status == AS_BEFORE_THE_PAUSE:
        may_be_unanswered = policy.FIRST_REPLY in policy.stage_clocks(stage)
        return {policy.status_after_pause(due) for due in {False, may_be_unanswered}}
    if step.to_status == AS_BEFORE_MERGING:
        waited = {Status.WAITING_CONSUMER.value}
        return waited if step.given else {Status.NEW.value, Status.WORKING.value}
    return {step.to_status or status}


def _kinds() -> str:
    rows = []
    for rules in policy.KINDS.values():
        begins = {rules.begins_at(reason) for reason in rules.reasons or [""]}
        where = " or ".join(sorted(str(stage) for stage in begins))
        takes_part = "yes" if rules.merchant_takes_part else "no"
        rows.append((f"`{rules.kind}`", where, takes_part, rules.why))
    head = ("kind", "begins at", "merchant takes part", "why")
    note = (
        "\nWhere nobody of the merchant can answer (no organisation, an inactive one, no active "
        "member), every case begins at the institution.\n"
    )
    return "## Kinds\n\n" + table(head, rows) + note


UNITS = {
    limits.HOURS: "hours",
    limits.CALENDAR_DAYS: "calendar days",
    limits.WORKING_DAYS: "working days",
}
RUNS = {
    limits.ACKNOWLEDGE: "done at opening, on the page and by message",
    limits.SLIP: "from opening (no slip, payment known) until the slip or a first reply is there",
    limits.FIRST_REPLY: "at the merchant, until its first word to the customer",
    limits.SETTLES: "at the merchant, until it is closed or handed over",
    limits.ANSWER: "at the institution, until it is closed",
    limits.FORWARDED: "from the day on which the central bank's branch sent the complaint on",
    limits.FILE_REQUEST: "from the day on which its file was asked for from above until it is sent",
    limits.DECISION: "from the day of a decision from above, until the case is closed",
}


def _clocks() -> str:
    rows = [
        (
            f"`{clock}`",
            _length(entry),
            RUNS[clock],
            _when_missed(clock),
            limits.SOURCES[clock],
        )
        for clock, entry in limits.DEFAULTS.items()
        if clock in RUNS  # those of the card network: docs/network.md
    ]
    text = clocks.__doc__.strip().split("\n\n", 1)[1]
    head = ("clock", "limit", "runs", "when it runs out", "source")
    return "## Clocks\n\n" + table(head, rows) + "\n" + text.replace("\n", " ") + "\n"


def _length(entry: dict) -> str:
    amount = entry["amount"]
    unit = UNITS[entry["unit"]] if amount != 1 else UNITS[entry["unit"]].removesuffix("s")
    return f"{amount} {unit}" if amount else "at once"


def _when_missed(clock: str) -> str:
    if clock == limits.ACKNOWLEDGE:
        return "–"
    return "the institution takes over" if clock in policy.ESCALATING else "shown as missed"


def _verbs() -> str:
    parts = ["## Who may do what, and what follows\n"]
    for verb in ORDER:
        rows = [_row(step) for step in policy.STEPS if step.verb == verb]
        head = ("who", "where", "while", "said to", "becomes", "clocks", "told")
        parts.append(f"### {verb}\n\n{table(head, rows)}")
    for rules in policy.KINDS.values():
        for step in rules.extra_steps:
            parts.append(f"### {step.verb} (`{rules.kind}` only)\n\n{table(head, [_row(step)])}")
    return "\n".join(parts)


GIVEN_WORDS = {
    "nobody at the merchant": "nobody at the merchant who can answer",
    "payment": "a payment",
    "slip": "a payment that has a slip",
    "offer": "an offer that waits",
    "no refund waits": "a payment, and no refund of its own under way",
    "a proposal": "a proposed refund, for approval of somebody else than its author",
    "a network proposal": "a proposed step of the card network that gives money away",
    "a refund to execute": "an approved refund that is executed by hand",
    "a refund somebody may find out about": "that, or one whose outcome is unknown",
    "a refund that went": "an approved refund, and no new payment in its place yet",
    "no extension": "no extension that waits",
    "extension": "an extension that waits, asked for by somebody else",
    "merged while waiting": "a question to the customer open when it was merged",
    "not forwarded": "nothing noted from the central bank",
    "one request waits": "one request for its file that is not answered",
    "requests wait": "several such requests",
    "older policy": "a policy older than the one in force",
}


def _row(step: Step) -> tuple[str, ...]:
    effects = [
        f"{word} {', '.join('all' if c == '*' else c for c in names)}"
        for word, names in (
            ("stop", step.stops),
            ("resume", step.resumes),
            ("pause", step.pauses),
            ("start", tuple(_started(each) for each in step.starts)),
        )
        if names
    ]
    becomes = [str(part) for part in (step.to_stage, step.to_status) if part]
    if step.within_days:
        becomes.append(f"within {step.within_days} days")
    if step.repeat:
        becomes.append("counts as repeat")
    kinds = "" if step.kinds == ANY_KIND else _set(step.kinds, ANY_KIND)
    given = f"with {GIVEN_WORDS[step.given]}" if step.given else ""
    while_ = {OPEN: "open", ANY_STATUS: "any"}.get(step.statuses) or _set(step.statuses, ANY_STATUS)
    return (
        ", ".join(sorted(step.who)),
        _set(step.stages, ANY_STAGE),
        "; ".join(filter(None, (while_, kinds, given))),
        str(step.audience or ""),
        ", ".join(becomes) or "–",
        "; ".join(effects) or "–",
        ", ".join(f"{notice.to}: {notice.text}" for notice in step.tells) or "–",
    )


def _started(clock: str) -> str:
    return "those of the stage" if (clock,) == STAGE_CLOCKS else clock


def _set(some: frozenset, all_of_them: frozenset) -> str:
    return "any" if some == all_of_them else ", ".join(sorted(str(one) for one in some))


def _closing() -> str:
    rows = [
        (
            f"`{rules.kind}`",
            ", ".join(f"`{code}`" for code, _label in rules.resolved),
            ", ".join(f"`{code}`" for code, _label in rules.rejected),
        )
        for rules in policy.KINDS.values()
    ]
    return "## Reasons for closing\n\n" + table(("kind", "resolve", "reject"), rows)
