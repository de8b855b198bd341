# Shared by the scripts: speaking, failing, cleaning up. Sourced, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# What was started is undone in reverse order, whatever ends the script. Each undo is a command in one string.
UNDO=()
on_exit() { UNDO+=("$1"); }
run_undo() {
  local status=$? i
  trap - EXIT INT TERM HUP
  set +e
  for ((i = ${#UNDO[@]} - 1; i >= 0; i--)); do eval "${UNDO[i]}"; done
  exit "$status"
}
trap run_undo EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# build PRESET [TARGET...]: the compiler's output is shown as it comes on a terminal, elsewhere only when it fails.
build() {
  local preset=$1 log
  shift
  local targets=()
  [ $# -eq 0 ] || targets=(--target "$@")
  if [ -t 1 ]; then
    (cd "$ROOT" && cmake --preset "$preset" >/dev/null && cmake --build "build/$preset" "${targets[@]}")
    return
  fi
  log=$(mktemp)
  if ! (cd "$ROOT" && cmake --preset "$preset" && cmake --build "build/$preset" "${targets[@]}") >"$log" 2>&1; then
    grep -E 'error|Error|FAILED' "$log" | head -40 || true
    tail -30 "$log"
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# wait_for SECONDS WHAT COMMAND...: polls until the command succeeds.
wait_for() {
  local seconds=$1 what=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || {
      say "gave up waiting for $what after ${seconds} s" >&2
      return 1
    }
    sleep 0.1
  done
}
