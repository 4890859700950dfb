"""Where failed look-ups gather: by amount and ten minutes, and by network. Keyed hashes and the
amount's number of digits only; nobody reads a tail or an amount here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from portal.gate.models import Attempt

LOOKED_BACK = timedelta(hours=24)
NEWEST = 20_000  # failed look-ups that are read
SHOWN = 8
FROM = 3  # so many are no accident


@dataclass(frozen=True)
class Spot:
    """`name` is a cell's keyed hash or a network, `digits` those of a cell's amount in fen."""

    name: str
    failed: int
    tails: int  # different ones
    digits: int = 0


@dataclass(frozen=True)
class HotSpots:
    cells: list[Spot]
    networks: list[Spot]


def find(now: datetime | None = None) -> HotSpots:
    failed = Attempt.objects.filter(
        at__gte=(now or timezone.now()) - LOOKED_BACK, matched=False
    ).order_by("-at")
    newest = failed.values("cell_hash", "amount_bucket", "network", "tail_hash")[:NEWEST]
    sql, values = newest.query.sql_with_params()

    def grouped(name: str, digits: str) -> list[Spot]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT {name}, COUNT(*), COUNT(DISTINCT tail_hash), {digits}
                FROM ({sql}) n WHERE {name} <> '' GROUP BY {name}
                HAVING COUNT(*) >= {FROM} ORDER BY 2 DESC, 3 DESC, 1 LIMIT {SHOWN}
                """,  # noqa: S608  names of our own, Django's own SQL
                values,
            )
            return [Spot(*row) for row in cursor.fetchall()]

    return HotSpots(grouped("cell_hash", "MAX(amount_bucket)"), grouped("network", "0"))
