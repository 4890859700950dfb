#!/usr/bin/env bash
# Set up everything that `make run`, `make test` or `make lint` needs: setup/setup.sh [run|test|lint]
#
# Every step keeps a stamp of what it was made from, so that a second call does nothing. Nothing is
# installed outside this folder but system libraries, and those only where that needs no password.
set -euo pipefail
cd "$(dirname "$0")/.."
goal=${1:-run}
state=.setup
mkdir -p "$state/log" "$state/done"
source setup/say.sh
source setup/system.sh
source setup/python.sh

# --- Steps -------------------------------------------------------------------------------------
packages() { # FILE: install the packages it pins into .venv
  if [ -n "$uv" ] && "$uv" pip install --quiet --python .venv/bin/python -r "$1"; then return; fi
  # pip may know an index that uv does not, so it has its own try.
  .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$1"
}

node_is_new_enough() {
  command -v npm >/dev/null && node -e 'process.exit(+process.versions.node.split(".")[0] < 20)'
}

front_end_packages() {
  if node_is_new_enough 2>/dev/null; then
    npm ci --ignore-scripts --no-audit --no-fund
  else
    .venv/bin/python setup/npm.py ci --ignore-scripts --no-audit --no-fund
  fi
}

front_end_files() {
  .venv/bin/python setup/front.py
  .venv/bin/python setup/stamps.py
}

fonts() { .venv/bin/python manage.py build_fonts; }

slip_font() {
  step fonts "The slip's font (half a minute to three, once)" \
    "${FONTS_DIR:-$state/fonts}/manifest.json" \
    package-lock.json requirements.txt receipts/management/commands/build_fonts.py -- fonts
}

# Heavy and with packages of its own, so it is no package of ours: uv keeps it apart.
accessibility_checker() {
  local checker=outloud==0.2.1
  grep -q "\"$checker\"" tests/receipts/slip/test_conformance.py || stop "setup.sh and the test name two versions of outloud."
  [ -n "$uv" ] || fetch_uv >"$state/log/uv.log" 2>&1 || true
  if [ -n "$uv" ] && "$uv" tool run --from "$checker" outloud --version >"$state/log/outloud.log" 2>&1; then return; fi
  if [ "${CI:-}" = true ]; then
    stop "outloud is missing (uv fetches it): needed to check PDF/UA, and with CI=true nothing is skipped." \
      "All it wrote is in $state/log/outloud.log."
  fi
  echo "outloud (uv fetches it), so the check of PDF/UA will be SKIPPED." >>"$state/missing"
}

messages() { .venv/bin/python setup/messages.py; }

# --- In order ----------------------------------------------------------------------------------
find_uv
if ! is_usable .venv/bin/python; then
  find_python
  step python "Python environment in .venv" .venv/bin/python "$python" -- make_environment
fi

if [ "$goal" != run ]; then
  step packages-dev "Python packages, those of tests included" .venv/bin/python \
    requirements-dev.txt -- packages requirements-dev.txt
elif ! is_done packages-dev .venv/bin/python requirements-dev.txt; then
  step packages "Python packages" .venv/bin/python requirements.txt -- packages requirements.txt
fi

need pango

step npm "Front-end packages" node_modules/.package-lock.json \
  package-lock.json -- front_end_packages
step front "Style sheet, icons and seals" static/vendor/stamps.svg \
  package-lock.json setup/front.py setup/icons.txt setup/stamps.py -- front_end_files
if [ "$goal" = run ]; then
  slip_font
else # the font takes a processor and no network, the tools the reverse
  slip_font >"$state/log/fonts.said" 2>&1 &
  case $goal in
    test) for tool in chromium redis poppler qpdf; do wish "$tool"; done ;;
    lint) wish gettext ;;
  esac
  if [ "$goal" = test ]; then accessibility_checker; fi
  made=0
  wait $! || made=1
  if [ -s "$state/log/fonts.said" ]; then did_something=yes; fi
  cat "$state/log/fonts.said"
  [ $made = 0 ] || exit 1
fi
messages
summary
