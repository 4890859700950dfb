#!/usr/bin/env bash
# The proofs of promises, in full: on SQLite, then on PostgreSQL. How much of each is a setting, for
# a shorter one (KILLS=20 FILES=500 REQUESTS=200) or a longer one; DATABASES="postgres" for one alone.
# setup/proof.sh [pytest arguments]
set -uo pipefail
cd "$(dirname "$0")/.."
TEST_SUMMARY=$(mktemp)
export TEST_SUMMARY
code=0
export KILLS=${KILLS:-200} FILES=${FILES:-10000} REQUESTS=${REQUESTS:-5000}
for database in ${DATABASES:-sqlite postgres}; do
  printf '\n=== %s: %s kills, %s files, 2 × %s requests\n' "$database" "$KILLS" "$FILES" "$REQUESTS"
  TEST_DATABASE=$database .venv/bin/python -m pytest tests/proof --durations=0 --durations-min=5 \
    "$@" || code=1
done
printf '\n'
cat "$TEST_SUMMARY"
rm -f "$TEST_SUMMARY"
exit $code
