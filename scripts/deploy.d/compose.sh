# shellcheck shell=bash
# The parts of deploy/compose.yaml, started without Docker. Sourced.
# The file's own settings hold; replaced are addresses and ports, and added is only where Spotify is.

# compose_environment SERVICE: its environment as NAME=value lines.
compose_environment() {
    PYTHONPATH=$parts PYTHONDONTWRITEBYTECODE=1 "$venv_python" - "$1" "$domain:$https_port" <<'PYTHON'
import sys, composed
dotenv = {"DOMAIN": sys.argv[2], "SPOTIFY_CLIENT_ID": "5fe01282e44241328a84e7c5cc169165"}
for name, value in composed.environment(composed.services(dotenv), sys.argv[1]).items():
    print(f"{name}={value}")
PYTHON
}

# replaced NAME VALUE: another value for a variable that auxcord has by the compose file.
replaced() {
    local at
    for at in "${!auxcord_environment[@]}"; do
        [[ "${auxcord_environment[at]}" == "$1="* ]] || continue
        auxcord_environment[at]=$1=$2
        return
    done
    die "the compose file has no $1 to replace"
}

# What the guides call. `compose exec` reaches the database as a command in its container would, `compose stop` and `start` are about auxcord.
docker() {
    case "$1 $2" in
        "build --tag") [ "$3 $4" = "auxcord .." ] ;;
        "run --rm") (in_image ENVIRONMENT=prod "$(image_says entrypoint)" "${@:4}") ;;
        "compose exec") [ "$3 $4" = "-T postgres" ] && (as_in_postgres "${@:5}") ;;
        "compose stop") stop_auxcord ;;
        "compose start") start_auxcord ;;
        *) say "not known here: docker $*" && return 1 ;;
    esac
}

# By the socket and without a password, as within the container.
as_in_postgres() { PGHOST=$postgres_data PGPORT=$postgres_port "$(postgres_bin)/$1" "${@:2}"; }

make_secrets() {
    local file
    guide compose.md "3. Secrets"
    for file in token_encryption_key postgres_password database_url; do
        [ -s "$work/deploy/secrets/$file" ] || { say "the guide made no $file"; return 1; }
    done
    [ "$(stat -c %a "$work/deploy/secrets")" = 700 ] || { say "the folder of the secrets is open to others"; return 1; }
    echo "three files, readable in a folder that is not"
}

start_deployment() {
    https_port=$(free_port) http_port=$(free_port) app_port=$(free_port)
    mcp_url=https://$domain:$https_port/mcp
    start_database && start_sandbox || return 1
    mapfile -t auxcord_environment < <(compose_environment auxcord)
    replaced HOST 127.0.0.1
    replaced PORT "$app_port"
    replaced TRUSTED_PROXIES 127.0.0.1
    auxcord_environment+=("${spotify[@]}")
    hand_over_secrets
    start_auxcord || { tail -n 20 "$work/server.log" >&2; return 1; }
    server_pid=$(cat "$work/auxcord.pid")
    children+=("$server_pid")
    start_caddy || { tail -n 20 "$work/caddy.log" >&2; return 1; }
}

# A database for the user, reached from elsewhere with the password alone, as the image of PostgreSQL makes it.
start_database() {
    start_postgres || return 1
    postgres_port=${postgres_url##*:}
    postgres_port=${postgres_port%%/*}
    local -A given=()
    local line
    while read -r line; do given[${line%%=*}]=${line#*=}; done < <(compose_environment postgres)
    "$(postgres_bin)/psql" -qX -v ON_ERROR_STOP=1 -v user="${given[POSTGRES_USER]}" -v database="${given[POSTGRES_DB]}" \
        -v password="$(cat "$work/deploy/secrets/${given[POSTGRES_PASSWORD_FILE]##*/}")" "$postgres_url" >"$work/psql.log" 2>&1 <<'SQL' || return 1
create role :"user" login superuser password :'password';
create database :"database" owner :"user";
SQL
    printf '%s\n' "local all all trust" "host all all all scram-sha-256" >"$postgres_data/db/pg_hba.conf"
    kill -HUP "$postgres_pid"
}

# Sets `spotify` to the variables that lead to a simulated one.
start_sandbox() {
    (cd "$work/deploy" && exec env -i "$binary" sandbox --listen 127.0.0.1:0) >"$work/sandbox.out" 2>"$work/sandbox.log" &
    children+=("$!")
    wait_for 20 "$!" grep -q SPOTIFY_API_URL "$work/sandbox.out" || { tail -n 20 "$work/sandbox.log" >&2; return 1; }
    mapfile -t spotify < <(grep -Eo 'SPOTIFY_[A-Z]+_URL=.*' "$work/sandbox.out")
}

# Mounts them, so to speak: as they are, but for the address of the database.
hand_over_secrets() {
    local secrets=$image/run/secrets
    cp -p "$work/deploy/secrets/token_encryption_key" "$secrets/"
    sed "s#@postgres:5432/#@127.0.0.1:$postgres_port/#" "$work/deploy/secrets/database_url" >"$secrets/database_url"
    if [ "$confined" = no ]; then
        replaced TOKEN_ENCRYPTION_KEY_FILE "$secrets/token_encryption_key"
        replaced DATABASE_URL_FILE "$secrets/database_url"
    fi
}

start_auxcord() {
    local command
    mapfile -t command < <(image_says entrypoint; image_says cmd)
    (cd "$work/deploy" && in_image "${auxcord_environment[@]}" "${command[@]}") >>"$work/server.log" 2>&1 &
    echo "$!" >"$work/auxcord.pid"
    wait_for 30 "$!" curl -fsS "http://127.0.0.1:$app_port/health"
}

# Waits for the end as Docker would before it kills.
stop_auxcord() {
    local pid
    pid=$(cat "$work/auxcord.pid")
    kill -TERM "$pid"
    for _ in $(seq 300); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.1
    done
    say "auxcord did not end within 30 seconds of SIGTERM"
    return 1
}

# The very Caddyfile, as Caddy itself reads it; then ports, and an authority of Caddy's own instead of a public one.
start_caddy() {
    local variables=() line
    mapfile -t variables < <(compose_environment caddy)
    for line in "${!variables[@]}"; do
        [[ "${variables[line]}" != UPSTREAM=* ]] || variables[line]=UPSTREAM=127.0.0.1:$app_port
    done
    env -i HOME="$work/caddy" "${variables[@]}" "$caddy" adapt --config "$root/deploy/Caddyfile" --adapter caddyfile \
        >"$work/caddy.json" 2>"$work/caddy.log" || return 1
    "$venv_python" - "$work" "$http_port" >"$work/caddy-here.json" <<'PYTHON' || return 1
import json, sys
work, http_port = sys.argv[1], int(sys.argv[2])
whole = json.load(open(f"{work}/caddy.json"))
http = whole["apps"]["http"]
http["http_port"] = http_port
for server in http["servers"].values():
    server["listen"] = [f"127.0.0.1{port}" for port in server["listen"]]
whole["apps"]["tls"] = {"automation": {"policies": [{"issuers": [{"module": "internal"}]}]}}
whole["apps"]["pki"] = {"certificate_authorities": {"local": {"install_trust": False}}}
whole["storage"] = {"module": "file_system", "root": f"{work}/caddy"}
json.dump(whole, sys.stdout)
PYTHON
    env -i HOME="$work/caddy" "$caddy" run --config "$work/caddy-here.json" >>"$work/caddy.log" 2>&1 &
    children+=("$!")
    authority=$work/caddy/pki/authorities/local/root.crt
    wait_for 30 "$!" visit /health
}

# visit PATH ARGUMENTS...: asks as a browser would, by the public name.
visit() {
    curl -sS --max-time 20 --cacert "$authority" --resolve "$domain:$https_port:127.0.0.1" "${@:2}" "https://$domain:$https_port$1"
}
