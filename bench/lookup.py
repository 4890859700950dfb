"""How fast a look-up is, as ratios to floors of the same run, and whether its time tells anything.

The query at two sizes of the table, on both databases (bench/lookup_queries.py); the whole request
and the last page against a view that says "ok" behind the same server and middleware
(bench/lookup_web.py); and the times of every reason for one more detail against each other
(bench/lookup_times.py).
"""

from bench import imports, lookup_queries, lookup_times, lookup_web
from bench.figures import Figure


def run(scale: str) -> list[Figure]:
    from django.db import connection

    queries = lookup_queries.run(scale)
    if connection.vendor == "sqlite":
        return [*queries, *imports._on_postgres(scale, "lookup")]
    return [*queries, *lookup_web.run(scale), *lookup_times.run(scale)]
