# Where everything lives; sourced by ./run and the scripts beside this one.
# Nothing is written outside $CACHE, which git ignores.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${CUSTOMER_GRADING_CACHE:-$ROOT/.odoo}"
VENV="$CACHE/venv"
PYTHON_BIN="$VENV/bin/python"

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
fail() { printf 'run: %s\n' "$*" >&2; exit 1; }

# Run a step quietly: its output is kept in a log and shown only when it fails.
quietly() {
  local log="$CACHE/log/$1.log"; shift
  mkdir -p "$CACHE/log"
  "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; fail "failed: $* (whole log: $log)"; }
}
