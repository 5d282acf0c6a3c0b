# shellcheck shell=bash
# The image without Docker: a folder that the Dockerfile's steps fill, and programs within it as a container would have them. Sourced.

image=$work/docker/image

dockerfile_steps() { read_with dockerfile.py "$work/docker" "$binary"; }

# Adds what a distroless image brings: glibc, libgcc, root certificates, a user, /tmp. Whatever else the program needs is missing there.
fill_image() {
    local name path count=0
    while read -r name path; do
        case "$name" in
            linux-vdso.so.1) continue ;;
            libc.so.6 | libm.so.6 | libgcc_s.so.1 | /lib*/ld-linux-*) ;;
            *) say "the program needs $name, which the image has not"; return 1 ;;
        esac
        mkdir -p "$image$(dirname "$path")"
        cp -L "$path" "$image$path"
        count=$((count + 1))
    done < <(ldd "$binary" | awk '{ print $1, ($2 == "=>" ? $3 : $1) }')
    [ "$count" -ge 3 ] || { say "ldd told nothing"; return 1; }
    mkdir -p "$image/tmp" "$image/run/secrets" "$image/etc/ssl/certs"
    echo "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin" >"$image/etc/passwd"
    cp -L /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/"
    echo "$count libraries, of glibc and libgcc alone"
}

# What the image says of itself: image_says entrypoint, a word a line.
image_says() {
    "$venv_python" -c 'import json, sys; print(*json.load(open(sys.argv[1]))[sys.argv[2]], sep="\n")' "$work/docker/image.json" "$1"
}

# Sets `confined` to whether programs can be confined to the image here.
try_confining() {
    confined=yes
    [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null && return
    confined=no
    skipped "the image's file system" "it takes root to be confined to it; auxcord runs outside of it"
}

# in_image [NAME=VALUE...] COMMAND...: becomes a command in the image as the compose file has it: its user, without capabilities and means
# to gain any, all read-only but /tmp.
in_image() {
    local variables=()
    while [[ "$1" == *=* ]]; do
        variables+=("$1")
        shift
    done
    [ "$confined" = yes ] || exec env -i "${variables[@]}" "$binary" "${@:2}"
    # shellcheck disable=SC2016
    exec env -i PATH="$PATH" "${variables[@]}" unshare --mount sh -ec '
        image=$1
        shift
        mount --bind "$image" "$image"
        mount -o remount,bind,ro "$image"
        mount -t tmpfs -o mode=1777 tmpfs "$image/tmp"
        cd "$image"
        exec setpriv --no-new-privs --bounding-set=-all,+sys_chroot,+setuid,+setgid chroot --userspec=65532:65532 "$image" "$@"
    ' sh "$image" "$@"
}
