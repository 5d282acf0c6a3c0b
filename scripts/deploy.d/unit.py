"""Runs the systemd unit's command: `unit.py UNIT BINARY`.

With the unit's environment, a state folder and credentials, and the file that the guide writes, as a user without rights. Under strace: no system call may
be one that the unit's SystemCallFilter= denies, no socket of a family that RestrictAddressFamilies= denies, no memory both written and run.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Of the range from which systemd takes its dynamic users.
USER = 61184


def options(text: str) -> dict:
    """Every option of [Service] with all its values in their order."""
    found = {}
    section = text.partition("[Service]")[2].partition("[Install]")[0]
    for name, value in re.findall(r"^(\w+)=(.*)$", section, re.M):
        found.setdefault(name, []).append(value)
    return found


def expanded(text: str, folder: Path) -> str:
    return text.replace("%S", str(folder / "state")).replace("%d", str(folder / "credentials"))


def environment(unit: dict, folder: Path, port: int) -> dict:
    variables = dict(pair.split("=", 1) for line in unit["Environment"] for pair in shlex.split(expanded(line, folder)))
    # The file that the guide has people write.
    guide = (ROOT / "docs/deploy/systemd.md").read_text()
    lines = re.search(r"/etc/auxcord/auxcord\.env <<'END'\n(.*?)END\n", guide, re.S)[1]
    variables |= dict(line.split("=", 1) for line in lines.splitlines())
    variables["SPOTIFY_CLIENT_ID"] = "5fe01282e44241328a84e7c5cc169165"
    variables["PORT"] = str(port)
    return variables


def allowed(filters: list[str]) -> set:
    """The system calls that a list of SystemCallFilter= values leaves."""
    calls = group("@default")
    for line in filters:
        taken = line.startswith("~")
        for name in line.lstrip("~").split():
            named = group(name) if name.startswith("@") else {name}
            calls = calls - named if taken else calls | named
    return calls | group("@default")


def group(name: str) -> set:
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    calls = set()
    for line in listed.splitlines()[1:]:
        word = line.split("#")[0].strip()
        if word.startswith("@"):
            calls |= group(word)
        elif word:
            calls.add(word)
    return calls


def run(command: list, variables: dict, folder: Path, port: int) -> None:
    if os.geteuid() == 0:
        command = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs", *command]
    trace = ["strace", "-f", "-qq", "-o", str(folder / "trace"), "-e", "signal=none", *command]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(trace, env=variables | {"PATH": os.environ["PATH"]}, cwd=folder / "state/auxcord", stderr=log, stdout=log)
        try:
            answered = wait(f"http://127.0.0.1:{port}/health", server)
            # What it does for a login, up to the random numbers and the database.
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
        finally:
            for child in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGTERM)
            try:
                server.wait(timeout=25)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGKILL)
                raise
        assert answered and server.returncode == 0, f"it ended with {server.returncode}: {(folder / 'log').read_text()[-2000:]}"


def wait(url: str, server: subprocess.Popen) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        try:
            return urllib.request.urlopen(url, timeout=5).status == 200
        except OSError:
            time.sleep(0.1)
    return False


def main(unit_file: Path, binary: str) -> str:
    # Not below a folder that is only ours: another user has to reach it.
    with tempfile.TemporaryDirectory(prefix="auxcord-unit.") as folder:
        os.chmod(folder, 0o711)
        return checked(options(unit_file.read_text()), binary, Path(folder))


def checked(unit: dict, binary: str, folder: Path) -> str:
    state, credentials = folder / "state/auxcord", folder / "credentials"
    state.mkdir(parents=True)
    credentials.mkdir()
    program, *arguments = shlex.split(unit["ExecStart"][0])
    assert program == "/usr/local/bin/auxcord", program
    program = shutil.copy(binary, folder / "auxcord")
    ((name, _),) = [value.split(":", 1) for value in unit["LoadCredential"]]
    keyring = subprocess.run([program, "keyring", "generate"], capture_output=True, text=True, check=True).stdout
    (credentials / name).write_text(keyring)
    for path in (state, credentials, credentials / name):
        path.chmod(0o400 if path.is_file() else 0o700)
        if os.geteuid() == 0:
            os.chown(path, USER, USER)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    run([str(program), *arguments], environment(unit, folder, port), folder, port)
    made = sorted(path.name for path in state.iterdir() if not re.search(r"-(wal|shm)$", path.name))
    assert made == ["auxcord.db"], f"it wrote {made}"
    return judged(unit, (folder / "trace").read_text())


def judged(unit: dict, trace: str) -> str:
    # The first program is the one that gives the rights away.
    trace = trace[trace.rindex("execve(") :]
    calls = set(re.findall(r"^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)", trace, re.M))
    assert {"accept4", "openat", "mmap"} <= calls, f"strace saw too little: {sorted(calls)}"
    denied = calls - allowed(unit["SystemCallFilter"])
    assert not denied, f"the unit denies what it calls: {sorted(denied)}"
    families = set(re.findall(r"socket\((AF_\w+)", trace))
    assert families <= set(unit["RestrictAddressFamilies"][0].split()), f"sockets of {families}"
    assert not re.search(r"PROT_WRITE\|PROT_EXEC", trace), "memory is both written and run"
    return f"{len(calls)} kinds of system calls, none denied; sockets of {' '.join(sorted(families))}"


print(main(Path(sys.argv[1]), sys.argv[2]))
