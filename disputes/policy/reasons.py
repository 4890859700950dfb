"""The reasons people choose from: what is wrong with a charge, with what a case is closed.

Delivered ones are code; `PolicyVersion.reasons` holds the lists that an institution has changed, in
their order: `{"refund_request.reject": [{"code", "zh", "en", "retired"}, …]}`. A code stays what it
is: a reason is worded anew, moved or retired, never taken away, so that every case can say its own.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext_lazy

from disputes.models.case import Kind, Reason
from disputes.policy.table import KindPolicy

ASKED = f"{Kind.DISPUTED_CHARGE}.asked"
RESOLVE, REJECT = "resolve", "reject"
LONGEST, MOST = 80, 40
OWN = re.compile(r"own_[1-9][0-9]{0,3}")  # codes of reasons that institutions add
Pair = tuple[str, str | Promise]


class Entry(NamedTuple):
    code: str
    label: str | Promise
    retired: bool = False


def delivered(kinds: dict[str, KindPolicy]) -> dict[str, tuple[Pair, ...]]:
    """Every list there is, by its name."""
    lists: dict[str, tuple[Pair, ...]] = {ASKED: tuple((r.value, r.label) for r in Reason)}
    for kind, rules in kinds.items():
        lists |= {f"{kind}.{RESOLVE}": rules.resolved, f"{kind}.{REJECT}": rules.rejected}
    return {name: pairs for name, pairs in lists.items() if pairs}


def title(name: str) -> str:
    kind, _dot, what = name.partition(".")
    says = {
        "asked": gettext("客户说的问题"),
        RESOLVE: gettext("办结"),
        REJECT: gettext("不予支持"),
    }
    return f"{Kind(kind).label}·{says[what]}"


def entries(changed: dict, name: str, kinds: dict[str, KindPolicy]) -> list[Entry]:
    """The list of that name as a version's `reasons` (`changed`) has it, in its order, worded in
    the language of the moment."""
    if name not in changed:
        return [Entry(code, label) for code, label in delivered(kinds).get(name, ())]
    words = "en" if (get_language() or "").startswith("en") else "zh"
    return [Entry(each["code"], each[words], each["retired"]) for each in changed[name]]


def in_both(changed: dict, name: str, kinds: dict[str, KindPolicy]) -> list[dict]:
    """The same as rows to be changed: code, zh, en, retired."""
    if name in changed:
        return [dict(each) for each in changed[name]]
    rows = []
    for code, label in delivered(kinds)[name]:
        with translation.override("zh-hans"):
            zh = str(label)
        with translation.override("en"):
            rows.append({"code": code, "zh": zh, "en": str(label), "retired": False})
    return rows


def next_code(changed: dict) -> int:
    """The number of the next reason of one's own; none is ever used twice."""
    codes = (each["code"] for rows in changed.values() for each in rows)
    return max((int(code[4:]) for code in codes if OWN.fullmatch(code)), default=0) + 1


def check(changed, kinds: dict[str, KindPolicy]) -> None:
    """Raise ValidationError for lists that nobody could choose from."""
    lists = delivered(kinds)
    if not isinstance(changed, dict) or not set(changed) <= set(lists):
        raise ValidationError({"reasons": gettext("没有这一组原因。")})
    for name, rows in changed.items():
        if not isinstance(rows, list) or not all(_is_row(each) for each in rows):
            raise ValidationError(
                {"reasons": gettext("每个原因都要有中文和英文，各不超过 80 个字。")}
            )
        codes = [each["code"] for each in rows]
        known = {code for code, _label in lists[name]}
        own = [code for code in codes if code not in known]
        if (
            len(set(codes)) != len(codes)
            or not known <= set(codes)
            or not all(OWN.fullmatch(code) for code in own)
            or len(codes) > MOST
        ):
            raise ValidationError({"reasons": gettext("原因只能改写、挪动、停用或添加。")})
        used = [each for each in rows if not each["retired"]]
        if not used:
            raise ValidationError({"reasons": gettext("至少要留一个可以选的原因。")})
        for language in ("zh", "en"):
            if len({each[language] for each in used}) != len(used):
                raise ValidationError({"reasons": gettext("有两个原因写得一样。")})


def check_follows(changed: dict, before: dict) -> None:
    """Raise ValidationError where a reason of the version before is gone."""
    for name, rows in before.items():
        kept = {each["code"] for each in changed.get(name, ())}
        if not {each["code"] for each in rows} <= kept:
            raise ValidationError({"reasons": gettext("原因只能改写、挪动、停用或添加。")})


def _is_row(row) -> bool:
    return (
        isinstance(row, dict)
        and set(row) == {"code", "zh", "en", "retired"}
        and all(isinstance(row[part], str) for part in ("code", "zh", "en"))
        and all(0 < len(row[part].strip()) <= LONGEST for part in ("zh", "en"))
        and isinstance(row["retired"], bool)
    )


TITLE = pgettext_lazy("several", "原因")
