# Shared by the scripts: speaking, failing, cleaning up, building, asking an engine. Sourced, not run.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# What outlives a clone: the linters and what clang-tidy has passed. ccache has a directory of its own.
CACHE=${CONTAINERSPY_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/containerspy}
# The directory's name holds the versions, so that clones with other pins do not meet in it.
# shellcheck disable=SC2034 # for the scripts that source this file
LINT_TOOLS=$CACHE/lint-$(sha256sum "$ROOT/scripts/lib/lint-requirements.txt" | cut -c1-16)

say() { printf '%s\n' "$*"; }
complain() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
die() {
  complain "$@"
  exit 1
}

# The comment at the head of a script is its help.
usage() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"; }

# What was started is undone in reverse order, whatever ends the script. Each undo is a command in one string.
UNDO=()
on_exit() { UNDO+=("$1"); }
run_undo() {
  local status=$? i
  # A second Ctrl-C must not leave half of it behind. Each undo has a bound of its own.
  trap '' INT TERM HUP
  trap - EXIT
  set +e
  for ((i = ${#UNDO[@]} - 1; i >= 0; i--)); do eval "${UNDO[i]}"; done
  exit "$status"
}
trap run_undo EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# end_process PID: asks it to end, insists after five seconds, and takes its status so that the shell stays silent.
end_process() {
  kill "$1" 2>/dev/null || return 0
  local _
  for _ in {1..50}; do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null
  wait "$1" 2>/dev/null
  return 0
}

# run COMMAND...: a terminal sees the output as it comes; elsewhere it is shown only where the command fails.
run() {
  local log status=0
  if [ -t 1 ]; then
    "$@"
    return
  fi
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [ "$status" = 0 ] || excerpt "$log" >&2
  rm -f "$log"
  return "$status"
}

# excerpt FILE: a log as far as it is needed. A build goes on beside its first error, so that one is not at the end.
excerpt() {
  if [ "$(wc -l <"$1")" -le 80 ]; then
    cat "$1"
  else
    grep -m 1 -A 40 -E '^FAILED|error:|^CMake Error|^ERROR|^FAIL' "$1" || true
    printf '... (and the last lines of %s)\n' "$(wc -l <"$1")"
    tail -n 20 "$1"
  fi
}

# build PRESET [TARGET...]
build() {
  local preset=$1 targets=()
  shift
  [ $# -eq 0 ] || targets=(--target "$@")
  run configure_and_build "$preset" "${targets[@]}"
}
configure_and_build() {
  local preset=$1 output
  shift
  # Presets are looked up in the working directory. What configuring says is news only where it fails.
  # Stages run side by side, and two builds in one directory would write over each other.
  mkdir -p "$ROOT/build"
  (
    flock 9
    if ! output=$(cd "$ROOT" && cmake --preset "$preset" 2>&1); then
      say "$output"
      exit 1
    fi
    cmake --build "$ROOT/build/$preset" "$@" 9>&-
  ) 9>"$ROOT/build/$preset.lock"
}

# wait_for SECONDS WHAT COMMAND...: polls until the command succeeds.
wait_for() {
  local what=$2 seconds=$1 end=$((SECONDS + $1))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      complain "gave up waiting for $what after $seconds s"
      return 1
    fi
    sleep 0.1
  done
}

# api ENGINE METHOD PATH [CURL-ARGUMENT...]: one request to an engine at a socket's path, unix://PATH or
# tcp://HOST:PORT. The answer's body is the output, also that of an error; the status is curl's.
api() {
  local engine=$1 method=$2 path=$3 where
  shift 3
  case $engine in
    tcp://*) where=("http://${engine#tcp://}$path") ;;
    *) where=(--unix-socket "${engine#unix://}" "http://localhost$path") ;;
  esac
  # A proxy of the environment has no business between this machine and its engine.
  curl --silent --show-error --fail-with-body --noproxy '*' --connect-timeout 5 --max-time 120 \
    --request "$method" "$@" "${where[@]}"
}
engine_answers() { api "$1" GET /_ping --max-time 5 >/dev/null 2>&1; }
