#!/usr/bin/env bash
# Everything that can be held without running the product. Each check says its name; all are run.
set -uo pipefail
cd "$(dirname "$0")/.."
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
names=()
longest="Python: types (mypy)"

# Two at a time, one of them mypy, which takes as long as all others; said in their order.
check() { # TITLE COMMAND…
  local title=$1
  shift
  names+=("$title")
  {
    "$@" >"$said/${#names[@]}" 2>&1 </dev/null
    echo $? >"$said/${#names[@]}.code"
  } &
  if [ "$title" != "$longest" ]; then wait $!; fi
}

tell() {
  local number code=0
  for number in "${!names[@]}"; do
    if [ "$(cat "$said/$((number + 1)).code")" = 0 ]; then
      printf '  ok      %s\n' "${names[number]}"
    else
      printf '  FAILED  %s\n%s\n' "${names[number]}" "$(cat "$said/$((number + 1))")"
      code=1
    fi
  done
  return $code
}

templates() { git ls-files -z -- 'templates/*.html' | xargs -0 -r .venv/bin/djade --check --target-version 6.0; }

bin=.venv/bin
check "$longest" "$bin/mypy"
check "Python: rules (ruff)" "$bin/ruff" check .
check "Python: layout (ruff format)" "$bin/ruff" format --check .
check "Templates (djade)" templates
check "Models and migrations agree" "$bin/python" manage.py makemigrations --check --dry-run
check "System checks" "$bin/python" manage.py check --fail-level WARNING
check "Every text has its English" "$bin/python" setup/collect_messages.py --check
check "Rules of the house" "$bin/python" -m pytest -q -p no:cacheprovider tests/test_house.py
wait
tell
