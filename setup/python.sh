# Sourced by setup.sh: find a Python of 3.12 or newer, or have uv fetch one.
python=
uv=
# As pip does: a company's own certificate authority counts.
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1}

is_usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

can_make_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

find_uv() {
  local each
  # A name on the PATH may be a shim that leads nowhere: only an answer counts.
  for each in uv "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv" "$state/uv/bin/uv"; do
    if "$each" --version >/dev/null 2>&1; then uv=$each; return; fi
  done
}

fetch_uv() {
  local each
  if command -v pipx >/dev/null && pipx install uv && find_uv && [ -n "$uv" ]; then return; fi
  for each in python3 python; do
    # Into a folder of ours: a distribution's Python forbids installing into itself.
    if "$each" -m pip install --quiet --disable-pip-version-check --upgrade --target "$state/uv" uv; then
      find_uv
      [ -n "$uv" ] && return
    fi
    if "$each" -m venv "$state/uv-home" && "$state/uv-home/bin/pip" install --quiet uv; then
      mkdir -p "$state/uv/bin"
      ln -sf "$PWD/$state/uv-home/bin/uv" "$state/uv/bin/uv"
      find_uv
      [ -n "$uv" ] && return
    fi
  done
  return 1
}

candidates() {
  printf '%s\n' python3.13 python3.12 python3.14 python3
  local home version
  for home in "${PYENV_ROOT:-}" "$(pyenv root 2>/dev/null)" "$HOME/.pyenv"; do
    for version in 3.13 3.12 3.14; do
      ls -d "$home/versions/$version"*/bin/python 2>/dev/null || true
    done
  done
}

find_python() {
  local each
  while read -r each; do
    if is_usable "$each" && { [ -n "$uv" ] || can_make_environments "$each"; }; then
      python=$each
      return
    fi
  done < <(candidates)
  # No Python that is new enough: uv brings one.
  python=3.13
  [ -n "$uv" ] && return
  say "  No Python 3.12 or newer here: uv will fetch one."
  if ! fetch_uv >"$state/log/uv.log" 2>&1; then
    need python
    fetch_uv >"$state/log/uv.log" 2>&1 || explain uv "$state/log/uv.log"
  fi
}

make_environment() {
  rm -rf .venv
  if [ -n "$uv" ]; then
    "$uv" venv --quiet --python "$python" .venv
  else
    "$python" -m venv .venv
  fi
}
