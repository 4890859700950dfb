#!/usr/bin/env bash
# The whole suite on SQLite, then all that has to do with a database again on PostgreSQL; what was
# skipped is said at the very end.
# setup/test.sh [pytest arguments]
set -uo pipefail
cd "$(dirname "$0")/.."
TEST_SUMMARY=$(mktemp)
export TEST_SUMMARY
# One more than there are processors: many tests wait, for a worker, a browser, a lock.
at_once=$(($(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1))
[ "$at_once" -gt 5 ] && at_once=5
code=0
# Both at the same time: each takes one processor for as long as all migrations do.
for database in sqlite postgres; do .venv/bin/python -m tests.migrated "$database" & done
wait
for database in sqlite postgres; do
  again=()
  [ "$database" = sqlite ] || again=(--second-database)
  printf '\n=== %s\n' "$database"
  TEST_DATABASE=$database .venv/bin/python -m pytest -n "$at_once" --dist loadgroup \
    --durations=10 --durations-min=5 "${again[@]}" "$@" || code=1
done
printf '\n'
cat "$TEST_SUMMARY"
rm -f "$TEST_SUMMARY"
if [ -s .setup/missing ]; then sed 's/^/MISSING: /' .setup/missing; fi
exit $code
