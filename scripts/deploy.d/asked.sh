# shellcheck shell=bash
# What is asked of the running parts. Sourced.

# healthy: the image's own health check, and the compose file's, which is the same command.
healthy() {
    local command
    mapfile -t command < <(image_says healthcheck)
    PYTHONPATH=$parts "$venv_python" - "${command[@]}" <<'PYTHON'
import sys, composed
whole = composed.services({"DOMAIN": "a", "SPOTIFY_CLIENT_ID": "b"})
assert whole["services"]["auxcord"]["healthcheck"]["test"] == ["CMD", *sys.argv[1:]]
PYTHON
    (auxcord_refused_without_password)
    # As powerless as the compose file wants it, or this shows nothing of a container.
    if [ "$confined" = yes ]; then
        local status=/proc/$server_pid/status
        expect "its users and groups" "$(grep -E '^(Uid|Gid):' "$status" | grep -c $'\t65532\t65532\t65532\t65532$')" 2
        expect "its capabilities" "$(grep -E '^Cap(Inh|Prm|Eff|Amb):' "$status" | grep -vc $'\t0000000000000000$' || true)" 0
        expect "what it may gain" "$(awk '/^NoNewPrivs:/ { print $2 }' "$status")" 1
        ! touch "/proc/$server_pid/root/data/written" 2>"$work/touched" || { say "its file system can be written"; return 1; }
        ls "/proc/$server_pid/root/bin" "/proc/$server_pid/root/usr/bin" 2>/dev/null && { say "there are programs to run"; return 1; }
    fi
    (in_image "${auxcord_environment[@]}" "${command[@]}")
}

# The password counts: with another one there is no database.
auxcord_refused_without_password() {
    local url
    url=$(sed 's/auxcord:[^@]*@/auxcord:another@/' "$image/run/secrets/database_url")
    ! (cd "$work/deploy" && env -i DATABASE_URL="$url" "$binary" migrate) 2>"$work/refused" || { say "any password is accepted"; return 1; }
    grep -q 'password authentication failed' "$work/refused" || { cat "$work/refused" >&2; return 1; }
}

# The root is handed to the browser as somebody would hand it to theirs, and to Node.js.
check_in_browser() {
    if ! need_npm_clients || ! need_chromium || ! need_program certutil libnss3-tools; then
        skipped "compose, in Chromium" "Chromium, certutil or Node.js is missing or too old"
        return
    fi
    local trusted=$work/home/.pki/nssdb
    mkdir -p "$trusted"
    certutil -d "sql:$trusted" -N --empty-password
    certutil -d "sql:$trusted" -A -t C,, -n "Caddy of the check" -i "$authority"
    check 120 "compose, in Chromium" env AUXCORD_CHROMIUM="$chromium" AUXCORD_KEY_FILE="$work/key" NODE_EXTRA_CA_CERTS="$authority" \
        ${AUXCORD_SCREENSHOTS:+AUXCORD_SCREENSHOTS="$AUXCORD_SCREENSHOTS"} node "$clients/deployed.mjs"
    [ ! -s "$work/key" ] || key=$(cat "$work/key")
}

# expect WHAT GOT WANTED
expect() { [ "$2" = "$3" ] || { say "$1: $2 instead of $3"; return 1; }; }

# Whom auxcord takes people for, what Caddy lets through, and where plain http leads.
behind_the_proxy() {
    local rest='"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"}' n
    # registers NAME ARGUMENTS...: what is registered again is not counted, so each has a name of its own.
    registers() {
        visit /register -o /dev/null -w '%{http_code}' -H 'content-type: application/json' -d "{\"client_name\": \"$1\", $rest" "${@:2}"
    }
    for n in 1 2 3 4 5; do
        expect "registration $n from one address" "$(registers "$n" --interface 127.0.0.2)" 201
    done
    expect "a sixth one from there" "$(registers 6 --interface 127.0.0.2)" 429
    expect "one that names another address" "$(registers 7 --interface 127.0.0.2 -H 'x-forwarded-for: 192.0.2.9')" 429
    expect "one from another address" "$(registers 8 --interface 127.0.0.3 -H 'x-forwarded-for: 127.0.0.2')" 201

    head -c 1500000 /dev/zero >"$work/large"
    head -c 3000000 /dev/zero >"$work/larger"
    sends() { visit /mcp -w '%{http_code}' -H 'content-type: application/json' -H "authorization: Bearer $key" -H 'expect:' --data-binary "@$1"; }
    # Either of the two answers, or Caddy hangs up in the middle.
    local refused
    refused=$(sends "$work/larger" | tail -c 3) || true
    [[ "$refused" == 413 || "$refused" == 000 ]] || { say "a body beyond Caddy's limit is answered with $refused"; return 1; }
    # Whose key is unknown is told that, and not that the body is too large. An answer that comes in the middle of a body may be lost on
    # its way through curl, so it gets some tries.
    if [ -s "$work/key" ]; then
        for n in 1 2 3 4 5 6; do
            refused=$(sends "$work/large") || true
            [[ "$refused" != *'"error"'*413 ]] || break
        done
        [[ "$refused" == *'"error"'*413 ]] || { say "auxcord does not say that a body is too large: $refused"; return 1; }
    fi

    local plain
    plain=$(curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' -H "host: $domain" "http://127.0.0.1:$http_port/mcp")
    [[ "$plain" == "308 https://$domain"* ]] || { say "plain http is answered with $plain"; return 1; }
    ! curl -sS --cacert "$authority" --resolve "other.test:$https_port:127.0.0.1" "https://other.test:$https_port/health" 2>"$work/other" ||
        { say "Caddy serves any name"; return 1; }
    echo "limits by the real address, bodies up to the limit, http leads to https"
}

# An event stream for an old client: what comes on it comes at once, and not when Caddy has collected enough.
streams() {
    local asked='{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2024-11-05", "capabilities": {}, '
    asked+='"clientInfo": {"name": "check", "version": "1"}}}'
    local bearer="authorization: Bearer $key" stream="$work/stream" messages reader
    visit /sse -N -H "$bearer" -H 'accept: text/event-stream' >"$stream" &
    reader=$!
    wait_for 5 "$reader" grep -q '^data: .' "$stream" || { say "no event came: $(cat "$stream")"; kill "$reader"; return 1; }
    messages=$(sed -n 's/^data: *//p' "$stream" | head -n 1 | tr -d '\r')
    expect "a message" "$(visit "${messages#"https://$domain:$https_port"}" -o /dev/null -w '%{http_code}' -H "$bearer" -H 'content-type: application/json' -d "$asked")" 202
    wait_for 5 "$reader" grep -q '"serverInfo"' "$stream" || { say "no answer came: $(cat "$stream")"; kill "$reader"; return 1; }
    kill "$reader"
    echo "an event stream passes piece by piece"
}

status_of_key() { visit /auth/status -o /dev/null -w '%{http_code}' -H "authorization: Bearer $key"; }

# The guide's lines, with a database that is lost in between.
backup_and_restore() {
    local known
    known=$(as_in_postgres psql -qXtA --username=auxcord --dbname=auxcord -c "select count(*) from people")
    guide backup.md "Back up the compose file's database"
    expect "permissions of the copy" "$(stat -c %a "$work/deploy/auxcord.dump")" 600
    as_in_postgres psql -qX --username=auxcord --dbname=auxcord -c "delete from people" -c "drop table api_keys" >&2
    guide backup.md "Restore it"
    expect "people after the restore" "$(as_in_postgres psql -qXtA --username=auxcord --dbname=auxcord -c "select count(*) from people")" "$known"
    if [ -s "$work/key" ]; then
        expect "people who logged in" "$known" 1
        expect "the key after the restore" "$(status_of_key)" 200
    fi
    echo "$known connected before, lost, and back with the key that was given out"
}

# SIGTERM, and what is left behind then: nothing in the logs that anybody could use.
ended() {
    local command word
    stop_auxcord
    mapfile -t command < <(image_says healthcheck)
    ! (in_image "${auxcord_environment[@]}" "${command[@]}") 2>"$work/unhealthy" || { say "a server that stopped is healthy"; return 1; }
    grep -q '"stopped"' "$work/server.log" || { say "auxcord did not say that it stopped"; return 1; }
    expect "a request without a server" "$(visit '/auth/callback?code=planted-code&state=planted-state' -o /dev/null -w '%{http_code}' \
        -H 'authorization: Bearer planted-token' -H 'referer: https://planted-referer.test/')" 502
    grep -q '/auth/callback?"' "$work/caddy.log" || { say "Caddy logged no failure, so this check shows nothing"; return 1; }
    for word in planted- code= state= token= "$key"; do
        ! grep -F -- "$word" "$work/caddy.log" "$work/server.log" >&2 || { say "a log holds $word"; return 1; }
    done
    echo "drained, unhealthy, nothing in the logs"
}
