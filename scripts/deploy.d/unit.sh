# shellcheck shell=bash
# The systemd unit, judged by systemd's own tools, and its command run with its environment. Sourced. systemd itself does not run here.

unit_root=$work/unit

check_unit() {
    if ! need_program systemd-analyze systemd; then
        skipped "systemd unit" "there is no systemd-analyze here"
        return
    fi
    check_here "unit, systemd-analyze verify" verified
    check_here "unit, systemd-analyze security" exposed
    if need_program strace strace; then
        check_here "unit, its command and its calls" called
    else
        skipped "unit, its command and its calls" "strace cannot be installed"
    fi
}

# A root of its own, with the program at its path and systemd's own units.
verified() {
    local units=$unit_root/etc/systemd/system said
    mkdir -p "$units" "$unit_root/usr/local/bin" "$unit_root/usr/lib/systemd"
    cp -R /usr/lib/systemd/system "$unit_root/usr/lib/systemd/" 2>/dev/null || cp -R /lib/systemd/system "$unit_root/usr/lib/systemd/"
    cp "$root/deploy/auxcord.service" "$units/"
    ! systemd-analyze verify --root="$unit_root" auxcord.service 2>/dev/null || { say "a unit without its program is accepted"; return 1; }
    ln -f "$binary" "$unit_root/usr/local/bin/auxcord" 2>/dev/null || cp "$binary" "$unit_root/usr/local/bin/auxcord"
    sed 's/^ProtectHome=.*/ProtectHom=yes/' "$root/deploy/auxcord.service" >"$units/misspelt.service"
    said=$(systemd-analyze verify --root="$unit_root" misspelt.service 2>&1) || true
    [[ "$said" == *ProtectHom* ]] || { say "a misspelt unit is accepted: $said"; return 1; }
    rm "$units/misspelt.service"
    said=$(systemd-analyze verify --root="$unit_root" auxcord.service 2>&1) || { say "$said"; return 1; }
    [ -z "$said" ] || { say "$said"; return 1; }
    systemd-analyze --version | head -n 1
}

exposed() {
    systemd-analyze security --root="$unit_root" --offline=true --threshold=20 auxcord.service >"$work/exposed" || { cat "$work/exposed" >&2; return 1; }
    ! systemd-analyze security --root="$unit_root" --offline=true --threshold=5 auxcord.service >/dev/null || { say "any threshold is met"; return 1; }
    grep 'Overall exposure' "$work/exposed" | grep -Eo '[0-9.]+ [A-Z]+' | sed 's/$/, of at most 2.0/'
}

# Runs the unit's command with the unit's environment under strace, and holds what it calls against what the unit allows.
called() { read_with unit.py "$root/deploy/auxcord.service" "$binary"; }
