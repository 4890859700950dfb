# Sourced by setup.sh: one line a step, and stamps that make a second call do nothing.
did_something=

say() { printf '%s\n' "$*"; }

stop() { # a plain reason, then what to do, one line each
  printf '\n' >&2
  printf '%s\n' "$@" >&2
  exit 1
}

fingerprint() { # of files and words; cksum is on every machine
  local each
  for each in "$@"; do
    if [ -f "$each" ]; then cksum <"$each"; else printf '%s\n' "$each"; fi
  done | cksum | tr ' ' '-'
}

stamp_of() { # where the stamp NAME of something made as RESULT lies
  case $2 in
    .venv/*) printf '.venv/.%s.stamp' "$1" ;; # goes when the environment goes
    *) printf '%s/done/%s' "$state" "$1" ;;
  esac
}

is_done() { # NAME RESULT INPUT…
  local name=$1 result=$2
  shift 2
  [ -e "$result" ] && [ "$(cat "$(stamp_of "$name" "$result")" 2>/dev/null)" = "$(fingerprint "$@")" ]
}

step() { # NAME TITLE RESULT INPUT… -- COMMAND [ARGUMENT…]
  local name=$1 title=$2 result=$3 inputs=()
  shift 3
  while [ "$1" != -- ]; do inputs+=("$1"); shift; done
  shift
  is_done "$name" "$result" "${inputs[@]}" && return
  local log=$state/log/$name.log began=$SECONDS
  printf '  %s … ' "$title"
  did_something=yes
  if "$@" >"$log" 2>&1 </dev/null; then
    printf 'done (%d s)\n' $((SECONDS - began))
    fingerprint "${inputs[@]}" >"$(stamp_of "$name" "$result")"
  else
    printf 'failed\n'
    explain "$name" "$log"
  fi
}

UNREACHABLE='could not connect|connection (refused|reset|aborted)|connecterror|connectionerror|newconnectionerror|name resolution|name or service not known|failed to lookup|dns error|timed out|etimedout|enotfound|eai_again|econnrefused|network is unreachable|tunnel|certificate|error sending request|could not find a version|no solution found'

explain() { # NAME LOG: why a step failed, in words, with the end of what it wrote
  tail -n 15 "$2" | sed 's/^/    /' >&2
  local whole="All it wrote is in $2."
  if grep -qiE "$UNREACHABLE" "$2"; then
    case $1 in
      python)
        stop "No Python 3.12 or newer is on this machine, and uv could not download one." \
          "Install one (python3.13 or python3.12, by your package manager or pyenv) and start again;" \
          "or name a mirror for uv (UV_PYTHON_INSTALL_MIRROR, HTTPS_PROXY)." "$whole" ;;
      uv)
        stop "No Python 3.12 or newer is on this machine, and uv, which would fetch one, could not be had." \
          "Install Python (python3.13 or python3.12, by your package manager or pyenv) and start again." "$whole" ;;
      packages*)
        stop "The Python package index could not be reached, or lacks a version that requirements.txt pins." \
          "Needed: the index your pip and uv are configured for (PIP_INDEX_URL, UV_INDEX_URL; a proxy: HTTPS_PROXY)." "$whole" ;;
      npm)
        stop "The npm registry could not be reached, or lacks a version that package-lock.json pins." \
          "Needed: the registry your npm is configured for (npm config set registry …; a proxy: HTTPS_PROXY)." "$whole" ;;
    esac
  fi
  stop "Set-up stopped at this step; it starts again from here." "$whole"
}

summary() {
  if [ -n "$did_something" ]; then say "  Set-up is complete."; fi
  if [ -s "$state/missing" ]; then
    sed 's/^/  MISSING: /' "$state/missing"
  fi
}
