"""One deed for many cases: each by its own verb, in a transaction of its own; what was refused is
told with its reason."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disputes import actions, policy
from disputes.actions.assign import assignable
from disputes.desk import deeds
from disputes.models import Case
from disputes.models.message import Audience
from portal.accounts.actor import Actor

MOST = 100  # cases at once
WAYS: dict[str, str | Promise] = {
    "assign": _("分派"),
    f"reply:{Audience.ALL}": _("回复客户与商户"),
    "resolve": _("办结"),
    "reject": _("不予支持"),
}
CLOSING = {"resolve", "reject"}


@dataclass
class Outcome:
    done: list[Case] = field(default_factory=list)
    refused: list[tuple[Case, str]] = field(default_factory=list)


def chosen(numbers: Iterable[str], actor: Actor) -> list[Case]:
    """The cases of a form that this person may see, each once, in the order of the form."""
    wanted = list(dict.fromkeys(numbers))[:MOST]
    cases = Case.objects.visible_to(actor).filter(number__in=wanted)
    found = {case.number: case for case in cases.select_related("merchant", "policy")}
    return [found[number] for number in wanted if number in found]


def reasons(cases: Iterable[Case], verb: str) -> list[tuple[str, str | Promise]]:
    """The reasons for closing of which at least one of these cases takes each."""
    alike = {(case.kind, case.policy_id): case for case in cases}
    place = list(policy.KINDS).index
    every = {
        code: label
        for case in sorted(alike.values(), key=lambda case: place(case.kind))
        for code, label in policy.closing_reasons(case, verb)
    }
    last = "other"
    return sorted(every.items(), key=lambda pair: pair[0] == last)


def missing(way: str, form) -> dict[str, str]:
    """What the form for closing lacks whatever its cases are, by field: all of it at once."""
    if way not in CLOSING:
        return {}
    lacks = {
        "closing_reason": "" if form.get(f"reason_{way}") else _("请选择一个结果。"),
        "root_cause": "" if form.get(f"cause_{way}") else _("请选择根本原因；查不出来也请选一项。"),
        "body": "" if form.get("body", "").strip() else _("请写下您要说的话。"),
    }
    return {name: str(words) for name, words in lacks.items() if words}


def do(cases: list[Case], way: str, actor: Actor, form) -> Outcome:
    """Do it case by case. The form sent twice does nothing twice: each case has a key of its own,
    made of the form's. Raises actions.Invalid, with nothing done, for what is wrong with the form
    itself."""
    if way not in WAYS:
        raise actions.Invalid("way", _choose())
    people = {str(user.public_id): user for user in assignable()} if way == "assign" else {}
    assignee = form.get("assignee", "")
    if way == "assign" and assignee and assignee not in people:
        raise actions.Invalid("assignee", str(pgettext_lazy("whom", "请选择一个人。")))
    outcome, errors = Outcome(), []
    for case in cases:
        try:
            if way == "assign":
                deeds.give(case, actor, people.get(assignee))
            else:
                deeds.do(case, actor, _form_of(case, way, form))
        except actions.Refused as error:
            outcome.refused.append((case, str(error.message)))
            errors.append(error)
        else:
            outcome.done.append(case)
    if not outcome.done and (wrong := _wrong_with_all(errors)):
        raise wrong
    return outcome


def _wrong_with_all(errors: list[actions.Refused]) -> actions.Invalid | None:
    """What every case was refused for alike: the form lacks it, and is filled in once, not for each
    of them."""
    faults = [error for error in errors if isinstance(error, actions.Invalid)]
    alike = {(fault.field, str(fault.message)) for fault in faults}
    return faults[0] if len(faults) == len(errors) and len(alike) == 1 else None


def _choose() -> str:
    return str(_("请选择要做什么。"))


def _form_of(case: Case, way: str, form) -> dict[str, str]:
    key = form.get("submission_key", "")
    try:
        base = uuid.UUID(key)
    except ValueError:
        base = uuid.uuid4()
    return {
        **{name: form.get(name, "") for name in form},
        "verb": way,
        "submission_key": str(uuid.uuid5(base, case.number)),
    }
