"""What each app holds that the trail must tell of: the gap report asks this registry.

A floor registers in `AppConfig.ready`; the report compares the rows of a period with the subjects
of the trail, both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

# A row's subject (`case:2611-0001`) and when it was made.
Row = tuple[str, datetime]


@dataclass(frozen=True)
class Holding:
    """`kind` is what stands before the colon of its subjects, `begins` the type of event that
    each row must have. `rows` gives the newest rows made in a period, at most so many; `existing`
    says which of some identifiers (what stands after the colon) have their row. A row that was
    rightly deleted has `gone_by`, a type of event."""

    kind: str
    begins: str
    name: str | Promise
    rows: Callable[[datetime, datetime, int], Iterable[Row]]
    existing: Callable[[list[str]], set[str]]
    gone_by: str = ""


_holdings: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    _holdings[holding.kind] = holding


def all_of_them() -> list[Holding]:
    return list(_holdings.values())


def of_model(
    kind: str,
    begins: str,
    name: str | Promise,
    model,
    *,
    key: str = "pk",
    made: str,
    gone_by: str = "",
) -> Holding:
    """A holding that is a table: its subjects end with the column `key`, `made` is its time."""

    def rows(since: datetime, until: datetime, most: int) -> Iterable[Row]:
        within = model.objects.filter(**{f"{made}__gte": since, f"{made}__lt": until})
        for value, at in within.order_by(f"-{made}").values_list(key, made)[:most]:
            yield f"{kind}:{value}", at

    def existing(identifiers: list[str]) -> set[str]:
        column = model._meta.pk if key == "pk" else model._meta.get_field(key)
        wanted = [each for each in identifiers if _reads_as(column, each)]
        found = model.objects.filter(**{f"{key}__in": wanted}).values_list(key, flat=True)
        return {str(value) for value in found}

    return Holding(kind, begins, name, rows, existing, gone_by)


def _reads_as(column, text: str) -> bool:
    try:
        column.to_python(text)
    except Exception:  # each kind of column has its own error
        return False
    return True
