"""Runs the Dockerfile's steps without Docker: `dockerfile.py FOLDER BINARY`.

Each stage becomes a folder in FOLDER, filled by COPY from a build context that .dockerignore has thinned, and by RUN, whose commands are
run by a shell in the stage's folder. Only cargo is a stand-in: it asks the real one whether it accepts the folder, which builds nothing, and "builds" BINARY, which
was built from these sources before. What the last stage is to be started with goes to FOLDER/image.json.
It knows the instructions of our own file and refuses others.

AUXCORD_REAL_BUILD=yes lets the real cargo build, which takes as long as it takes.
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = """#!/bin/sh
set -e
[ "$*" = "build --release --locked --bin auxcord" ] || { echo "not expected: cargo $*" >&2; exit 1; }
env PATH="${PATH#*:}" cargo tree --edges no-dev --locked --offline >/dev/null
mkdir -p target/release
rm -f target/release/auxcord
if [ -s src/lib.rs ]; then cp "$BUILT" target/release/auxcord; else echo empty >target/release/auxcord; fi
"""


REAL = """#!/bin/sh
exec env PATH="${PATH#*:}" ${CARGO:-cargo} "$@"
"""


def instructions(text: str):
    """Each instruction as its word and the rest of it, lines that are continued joined and comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest.strip()


def context(folder: Path) -> Path:
    """What a build gets to see: everything, less what .dockerignore names, the last pattern that fits being the one that counts."""
    patterns = [line.strip() for line in (ROOT / ".dockerignore").read_text().splitlines()]
    patterns = [line for line in patterns if line and not line.startswith("#")]
    for name in os.listdir(ROOT):
        ignored = False
        for pattern in patterns:
            if fnmatch.fnmatch(name, pattern.lstrip("!")):
                ignored = not pattern.startswith("!")
        if not ignored:
            copy(ROOT / name, folder / name)
    return folder


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def complete(seen: Path, binary: Path) -> int:
    """Every file that went into BINARY is in the context; the compiler wrote down which."""
    listed = shlex.split(binary.with_suffix(".d").read_text().partition(": ")[2])
    home = next(name for name in listed if name.endswith("/src/main.rs")).removesuffix("src/main.rs")
    missing = [name for name in listed if name.startswith(home) and not (seen / name.removeprefix(home)).exists()]
    assert not missing, f".dockerignore leaves out what the build needs: {missing}"
    return len(listed)


class Stage:
    def __init__(self, base: str, folder: Path):
        self.base, self.folder = base, folder
        self.workdir, self.env, self.owners, self.meta = "/", {}, {}, {}
        folder.mkdir()

    def inside(self, path: str) -> Path:
        return self.folder / os.path.join(self.workdir, path).lstrip("/")

    def make_workdir(self, path: str) -> None:
        self.workdir = os.path.join(self.workdir, path)
        self.inside(".").mkdir(parents=True, exist_ok=True)

    def run(self, command: str, environment: dict) -> None:
        assert not re.search(r"(^|\s)/(?!dev/null)", command), f"RUN names an absolute path, which is another one here: {command}"
        subprocess.run(["sh", "-ec", command], cwd=self.inside("."), env=environment | self.env, check=True)

    def take(self, rest: str, seen: Path, stages: dict) -> None:
        words = shlex.split(rest)
        flags = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
        *sources, target = [word for word in words if not word.startswith("--")]
        origin = stages[flags["from"]].folder if "from" in flags else seen
        for source in sources:
            found = origin / source.lstrip("/")
            assert found.exists(), f"COPY finds no {source}"
            goal = self.inside(target)
            copy(found, goal / found.name if target.endswith("/") else goal)
            self.owners[os.path.join(self.workdir, target)] = flags.get("chown", "0:0")


def main(folder: Path, binary: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    seen = context(folder / "context")
    files = complete(seen, binary)
    stand_in = folder / "bin"
    stand_in.mkdir()
    (stand_in / "cargo").write_text(REAL if os.environ.get("AUXCORD_REAL_BUILD") else STAND_IN)
    (stand_in / "cargo").chmod(0o755)
    environment = {
        "PATH": f"{stand_in}:{os.environ['PATH']}", "HOME": os.environ["HOME"], "BUILT": str(binary.resolve()),
    } | {name: value for name, value in os.environ.items() if name.startswith(("CARGO", "RUSTUP_"))}

    stages, stage, steps, commands = {}, None, 0, 0
    for word, rest in instructions((ROOT / "Dockerfile").read_text()):
        steps += 1
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            name = name or "image"
            stage = stages[name] = Stage(base, folder / name)
        elif word == "WORKDIR":
            stage.make_workdir(rest)
        elif word == "COPY":
            stage.take(rest, seen, stages)
        elif word == "RUN":
            assert "distroless" not in stage.base, "there is no shell to run this in"
            stage.run(rest, environment)
            commands += 1
        elif word == "ENV":
            stage.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "HEALTHCHECK":
            stage.meta["healthcheck"] = json.loads(rest.partition("CMD ")[2])
        elif word in ("ENTRYPOINT", "CMD"):
            # In the form of a list: there is no shell to take a line apart.
            stage.meta[word.lower()] = json.loads(rest)
        elif word in ("LABEL", "EXPOSE", "VOLUME", "USER"):
            stage.meta[word.lower()] = rest
        else:
            raise AssertionError(f"an instruction that this check does not know: {word}")
    finish(folder, stages["builder"], stages["image"])
    print(f"{steps} steps, {commands} of them commands; {files} files of the build are in the context")


def finish(folder: Path, builder: Stage, image: Stage) -> None:
    pinned = re.search(r'channel = "(.+)"', (ROOT / "rust-toolchain.toml").read_text())[1]
    assert builder.base.startswith(f"rust:{pinned}-slim-"), f"{builder.base} is not the pinned Rust {pinned}"
    assert image.base.endswith(":nonroot"), image.base
    assert image.meta["user"].split(":")[0] not in ("0", "root"), "the image runs as root"
    program = image.meta["entrypoint"][0]
    for command in (image.meta["entrypoint"], image.meta["healthcheck"]):
        assert os.access(image.folder / command[0].lstrip("/"), os.X_OK), f"{command[0]} is not in the image"
    assert (image.folder / program.lstrip("/")).stat().st_size > 1_000_000, "the empty program is in the image"
    assert image.owners[image.meta["volume"]] == image.meta["user"], "the volume is not its user's"
    assert image.workdir == image.meta["volume"], "the default database would lie outside of the volume"
    kept = {"env": image.env, "workdir": image.workdir, "base": image.base, **image.meta}
    (folder / "image.json").write_text(json.dumps(kept, indent=1))


main(Path(sys.argv[1]), Path(sys.argv[2]))
