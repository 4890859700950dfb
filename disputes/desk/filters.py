"""What the queue is narrowed to beside its view, and the order it stands in: read from an address,
written into one.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Kind, Stage
from portal.accounts.actor import Actor

ME, NOBODY = "me", "nobody"
BY_DUE, NEWEST, OLDEST = "due", "new", "old"
ORDERS: dict[str, str | Promise] = {
    BY_DUE: _("按时限"),
    NEWEST: _("最新提交"),
    OLDEST: _("最早提交"),
}


@dataclass(frozen=True)
class Filters:
    """Empty text narrows nothing. `owner`: `me`, `nobody` or somebody's public id; `merchant`: the
    merchant's number."""

    kind: str = ""
    stage: str = ""
    owner: str = ""
    merchant: str = ""
    order: str = BY_DUE

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Filters:
        """What no form of ours holds is as if it were not there."""
        return cls(
            kind=_of(Kind.values, values.get("kind", "")),
            stage=_of(Stage.values, values.get("stage", "")),
            owner=_owner(values.get("owner", "")),
            merchant=values.get("merchant", "").strip()[:15],
            order=_of(ORDERS, values.get("order", "")) or BY_DUE,
        )

    def __bool__(self) -> bool:
        """Whether anything is narrowed."""
        return bool(self.kind or self.stage or self.owner or self.merchant)

    def of(self, cases: QuerySet, actor: Actor) -> QuerySet:
        for condition in self._conditions(actor):
            cases = cases.filter(condition)
        return cases

    def _conditions(self, actor: Actor):
        if self.kind:
            yield Q(kind=self.kind)
        if self.stage:
            yield Q(stage=self.stage)
        if self.owner == ME:
            yield Q(assignee=actor.user)
        elif self.owner == NOBODY:
            yield Q(assignee=None)
        elif self.owner:
            yield Q(assignee__public_id=self.owner)
        if self.merchant:
            yield Q(merchant__merchant_no=self.merchant)

    def values(self) -> dict[str, str]:
        """As they stand in an address; what is as usual is left out."""
        every = {
            "kind": self.kind,
            "stage": self.stage,
            "owner": self.owner,
            "merchant": self.merchant,
            "order": "" if self.order == BY_DUE else self.order,
        }
        return {name: value for name, value in every.items() if value}

    def without(self, name: str) -> Filters:
        return replace(self, **{name: ""})


def address(view: str, filters: Filters, words: str = "") -> str:
    """The query of the queue that shows this."""
    values = {"q": words} if words else {"view": view}
    return urlencode(values | filters.values())


def _of(known, value: str) -> str:
    return value if value in known else ""


def _owner(value: str) -> str:
    if value in (ME, NOBODY):
        return value
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return ""
