# Sourced by setup.sh: what only the system's package manager can bring.
#
# Done by itself where that asks for no password (root, or sudo that needs none); else the one line
# to type is printed. `need` stops without it. `wish` goes on, names what will be skipped, and stops
# only with CI=true: there a missing tool is a fault, not a circumstance.

: >"$state/missing"

find_manager() {
  local each
  for each in apt-get dnf apk pacman brew; do
    if command -v "$each" >/dev/null; then printf '%s' "$each"; return; fi
  done
}

system_packages() { # THING MANAGER
  case $1:$2 in
    pango:apt-get) echo libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ;;
    pango:apk) echo so:libgobject-2.0.so.0 so:libpango-1.0.so.0 so:libpangoft2-1.0.so.0 so:libharfbuzz-subset.so.0 so:libfontconfig.so.1 ;;
    pango:*) echo pango ;;
    python:apt-get) echo python3 python3-venv python3-pip ;;
    python:apk) echo python3 py3-pip ;;
    python:pacman) echo python python-pip ;;
    python:brew) echo python@3.13 ;;
    python:*) echo python3 python3-pip ;;
    redis:apt-get) echo redis-server ;;
    redis:pacman) echo valkey ;;
    redis:*) echo redis ;;
    poppler:apt-get | poppler:apk | poppler:dnf) echo poppler-utils ;;
    chromium:apt-get) echo chromium fonts-noto-cjk ;;
    *) echo "$1" ;;
  esac
}

has() {
  local each
  case $1 in
    pango) .venv/bin/python setup/libraries.py >/dev/null 2>&1 ;;
    python) command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 ;;
    chromium)
      for each in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        [ -n "$each" ] && command -v "$each" >/dev/null && return 0
      done
      return 1 ;;
    redis) command -v redis-server >/dev/null || command -v valkey-server >/dev/null ;;
    poppler) command -v pdftoppm >/dev/null && command -v pdfsig >/dev/null ;;
    gettext) command -v xgettext >/dev/null ;;
    qpdf) command -v qpdf >/dev/null ;;
  esac
}

purpose() {
  case $1 in
    pango) echo "the PDF of a slip (pango lays out its text)" ;;
    python) echo "fetching a Python that is new enough" ;;
    chromium) echo "the tests in a browser" ;;
    redis) echo "the tests of the worker through Redis" ;;
    poppler) echo "the tests that look at a PDF as a picture and at its signature" ;;
    qpdf) echo "the check of a PDF's structure" ;;
    gettext) echo "the check that every text is in the catalogue" ;;
  esac
}

install_line() { # THING: what to type, without sudo
  local manager
  manager=$(find_manager)
  case $manager in
    apt-get) echo "apt-get install -y --no-install-recommends $(system_packages "$1" apt-get)" ;;
    dnf) echo "dnf install -y $(system_packages "$1" dnf)" ;;
    apk) echo "apk add $(system_packages "$1" apk)" ;;
    pacman) echo "pacman -S --noconfirm --needed $(system_packages "$1" pacman)" ;;
    brew) echo "brew install $(system_packages "$1" brew)" ;;
  esac
}

as_administrator() {
  if [ "$(find_manager)" = brew ] || [ "$(id -u)" = 0 ]; then
    DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

may_install() {
  [ -n "$(find_manager)" ] && { [ "$(find_manager)" = brew ] || [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

system_install() { # THING; the lists of a fresh machine are empty or old
  local line
  read -ra line <<<"$(install_line "$1")"
  as_administrator "${line[@]}" && return
  [ "$(find_manager)" = apt-get ] || return
  as_administrator apt-get update && as_administrator "${line[@]}"
}

bring() { # THING: true when it is there afterwards
  has "$1" && return
  may_install || return 1
  local log=$state/log/$1.log began=$SECONDS
  printf '  %s, for %s … ' "$1" "$(purpose "$1")"
  did_something=yes
  if system_install "$1" >"$log" 2>&1 </dev/null && has "$1"; then
    printf 'done (%d s)\n' $((SECONDS - began))
  else
    printf 'failed\n'
    tail -n 8 "$log" | sed 's/^/    /' >&2
    return 1
  fi
}

line_to_type() {
  local line
  line=$(install_line "$1")
  if [ -z "$line" ]; then
    echo "(no package manager that we know is here: install $1 by hand)"
  elif [ "$(find_manager)" = brew ] || [ "$(id -u)" = 0 ]; then
    echo "$line"
  else
    echo "sudo $line"
  fi
}

need() {
  bring "$1" || stop "$1 is missing: needed for $(purpose "$1")." \
    "Type this once, then start again:" "    $(line_to_type "$1")"
}

wish() {
  bring "$1" && return
  if [ "${CI:-}" = true ]; then
    stop "$1 is missing: needed for $(purpose "$1"), and with CI=true nothing is skipped." \
      "    $(line_to_type "$1")"
  fi
  echo "$1, so $(purpose "$1") will be SKIPPED. To have them: $(line_to_type "$1")" >>"$state/missing"
}
