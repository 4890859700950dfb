#!/usr/bin/env bash
# Everything that can be held without running the product. Each check says its name; all are run.
set -uo pipefail
cd "$(dirname "$0")/.."
code=0

check() { # TITLE COMMAND…
  local title=$1 output
  shift
  if output=$("$@" 2>&1 </dev/null); then
    printf '  ok      %s\n' "$title"
  else
    printf '  FAILED  %s\n%s\n' "$title" "$output"
    code=1
  fi
}

templates() { git ls-files -z -- 'templates/*.html' | xargs -0 -r .venv/bin/djade --check --target-version 6.0; }

bin=.venv/bin
check "Python: rules (ruff)" "$bin/ruff" check .
check "Python: layout (ruff format)" "$bin/ruff" format --check .
check "Python: types (mypy)" "$bin/mypy"
check "Templates (djade)" templates
check "Models and migrations agree" "$bin/python" manage.py makemigrations --check --dry-run
check "System checks" "$bin/python" manage.py check --fail-level WARNING
check "Every text has its English" "$bin/python" setup/collect_messages.py --check
check "Rules of the house" "$bin/python" -m pytest -q -p no:cacheprovider tests/test_house.py
exit $code
