# shellcheck shell=bash
# What scripts/deploy needs of this machine, and lines of its table. Sourced, never run.

parts=$root/scripts/deploy.d
# A name that nobody has; every client of the check is led to loopback for it.
domain=auxcord.test

# check_here NAME FUNCTION...: a check that is a function of this script; it ends at its first failure.
check_here() {
    local name=$1 start=$SECONDS status
    shift
    set +e
    (set -e && "$@") >"$work/out" 2>"$work/err" </dev/null
    status=$?
    set -e
    [ "$status" = 0 ] && status=ok || status=FAILED
    judge "$name" "$status" $((SECONDS - start))
}

# skipped NAME WHY: a line of the table for what this machine cannot do.
skipped() {
    printf '%-34s %-7s %4s  %s\n' "$1" SKIPPED "" "$2"
    [ -z "${AUXCORD_SKIPPED:-}" ] || printf '%s: %s\n' "$1" "$2" >>"$AUXCORD_SKIPPED"
}

# Sets `binary` to the program.
need_binary() {
    binary=${AUXCORD_BIN:-$root/target/debug/auxcord}
    [ -n "${AUXCORD_BIN:-}" ] || (cd "$root" && "${CARGO:-cargo}" build --locked --quiet --bin auxcord)
}

# Sets `caddy`. It is taken out of its package and not installed, because an installed one would begin to serve.
need_caddy() {
    caddy=$(command -v caddy || ls "$tools/caddy/usr/bin/caddy" 2>/dev/null) && return
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" != 0 ] || apt-get update -qq >&2 || return 1
    say "unpacking the Debian package caddy"
    (cd "$work" && apt-get download -qq caddy >&2 && mkdir -p "$tools/caddy" && dpkg -x caddy_*.deb "$tools/caddy") || return 1
    caddy=$tools/caddy/usr/bin/caddy
}

# need_program PROGRAM PACKAGE: whether it is there or can be installed.
need_program() { command -v "$1" >/dev/null || { debian_install "$2" && command -v "$1" >/dev/null; }; }

need_deployment() {
    local missing=()
    need_caddy || missing+=(caddy)
    postgres_bin >/dev/null || debian_install postgresql || missing+=(postgresql)
    need_program openssl openssl || missing+=(openssl)
    [ ${#missing[@]} = 0 ] && return
    skipped "the compose file's parts" "cannot be installed here: ${missing[*]}"
    return 1
}

# read_with FILE ARGUMENTS...: a check that only reads.
read_with() { PYTHONDONTWRITEBYTECODE=1 "$venv_python" "$parts/$1" "${@:2}"; }

# guide FILE HEADING: runs the lines of a guide under a heading that this script is said to run, in the folder of the compose file's
# stand-in. `docker` is a function of ours there.
guide() {
    awk -v heading="## $2" '
        /^## / { here = ($0 == heading) }
        here && /scripts\/deploy runs these lines/ { ours = 1 }
        /^```/ && inside { inside = 0 }
        inside { print }
        /^```sh/ && here && ours { inside = 1; ours = 0 }
    ' "$root/docs/deploy/$1" >"$work/guide.sh"
    [ -s "$work/guide.sh" ] || { say "$1 has no lines under \"$2\" that are run"; return 1; }
    cd "$work/deploy"
    # shellcheck source=/dev/null
    . "$work/guide.sh"
}
