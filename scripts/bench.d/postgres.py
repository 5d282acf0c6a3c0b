"""An empty PostgreSQL for one run, which writes down every statement that it is sent. Nothing in it need survive, so nothing is synced."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from subject import free_ports

STATEMENT = re.compile(r"^LOG:  (?:execute [^:]*|statement): (.*?)(?=^\S|\Z)", re.M | re.S)


class Postgres:
    def __init__(self):
        self.process: subprocess.Popen | None = None
        self.folder: Path | None = None
        self.port = free_ports(1)[0]
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self):
        programs = programs_folder()
        self.folder = Path(tempfile.mkdtemp(prefix="auxcord-pg."))
        # PostgreSQL refuses to run as root.
        other = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            other = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        plain = {"cwd": self.folder, "env": {"PATH": os.environ["PATH"], "HOME": str(self.folder)}, "stdin": subprocess.DEVNULL} | other
        made = [programs / "initdb", "-D", self.folder / "db", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, **plain)
        settings = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder, "fsync": "off", "synchronous_commit": "off",
            "log_statement": "all", "log_line_prefix": "", "log_parameter_max_length": "0", "log_destination": "stderr",
        }
        command = [programs / "postgres", "-D", self.folder / "db", "-p", str(self.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(self.log, "w"), **plain)
        ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        limit = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > limit:
                raise SystemExit(f"PostgreSQL did not start: {self.log.read_text()[-500:]}")
            time.sleep(0.1)

    def written(self) -> int:
        """A mark to give to `statements`."""
        return self.log.stat().st_size

    def statements(self, since: int) -> list[str]:
        """What was asked since the mark, without its values."""
        with open(self.log) as log:
            log.seek(since)
            return [" ".join(found.group(1).split()) for found in STATEMENT.finditer(log.read())]

    def stop(self):
        if self.process:
            # "Fast": does not wait for connections that were left open.
            self.process.send_signal(signal.SIGINT)
            self.process.wait(15)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def programs_folder() -> Path:
    """The newest PostgreSQL on this machine, installed first if that is possible without asking anybody."""
    def installed():
        return sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))

    if not installed() and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "-qq", "postgresql"], check=True, stdout=subprocess.DEVNULL)
    if not installed():
        raise SystemExit("a PostgreSQL server is needed (Debian package postgresql)")
    return installed()[-1].parent
