#!/usr/bin/env bash
# The proofs of promises, in full: on SQLite, then on PostgreSQL. KILLS=20 for a shorter one.
# setup/proof.sh [pytest arguments]
set -uo pipefail
cd "$(dirname "$0")/.."
TEST_SUMMARY=$(mktemp)
export TEST_SUMMARY
code=0
for database in sqlite postgres; do
  printf '\n=== %s\n' "$database"
  TEST_DATABASE=$database .venv/bin/python -m pytest tests/proof --durations=0 --durations-min=5 \
    "$@" || code=1
done
printf '\n'
cat "$TEST_SUMMARY"
rm -f "$TEST_SUMMARY"
exit $code
