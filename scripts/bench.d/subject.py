"""One server under load: its process, how it is asked, and what was measured. Knows nothing of what is compared with what."""

import json
import os
import signal
import socket
import statistics
import subprocess
import time
import urllib.request
from pathlib import Path

CONNECTIONS = 32
LOADER = Path(__file__).with_name("load.lua")
TICKS = os.sysconf("SC_CLK_TCK")
runs = 0


class Subject:
    def __init__(self, name: str, kind: str, command: list[str], port: int, **popen):
        self.name, self.kind, self.command, self.port, self.popen = name, kind, command, port, popen
        self.process: subprocess.Popen | None = None
        self.keys: Path | None = None
        self.starts: list[float] = []
        self.full: list[dict] = []
        self.steady: list[dict] = []
        # Full load with OAuth tokens instead of keys, where there are any.
        self.tokens: Path | None = None
        self.by_token: list[dict] = []

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Starts the process; gives back the milliseconds until it answered first."""
        begun = time.perf_counter()
        # The input is opened afresh for each start, because it is read to its end.
        popen = self.popen | {"stdin": open(self.popen["stdin"]) if "stdin" in self.popen else subprocess.DEVNULL}
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, **popen)
        while True:
            if answers(self.origin + "/health"):
                return (time.perf_counter() - begun) * 1000
            if self.process.poll() is not None or time.perf_counter() - begun > 30:
                raise SystemExit(f"{self.name} did not start")
            time.sleep(0.001)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self, field: str = "VmRSS") -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        raise SystemExit(f"no {field} for {self.name}")

    def load_fully(self, seconds: float, tokens_first: bool):
        """Full load, and once more with tokens where there are any."""
        parts = [(self.full, self.keys)] + ([(self.by_token, self.tokens)] if self.tokens else [])
        for figures, bearers in reversed(parts) if tokens_first else parts:
            figures.append(self.load(seconds, 0, bearers))

    def load(self, seconds: float, pause: int, bearers: Path | None = None, kind: str | None = None) -> dict:
        """Runs wrk once; gives back its figures, latencies in milliseconds, with the CPU that the subject used. `kind` asks for something else
        than the subject's own kind."""
        global runs
        runs += 1
        settings = {"BENCH_KIND": kind or self.kind, "BENCH_KEYS": bearers or self.keys, "BENCH_SEED": runs, "BENCH_PAUSE": pause}
        before = self.cpu_seconds()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", LOADER, self.origin],
            env={"PATH": os.environ["PATH"]} | {name: str(value) for name, value in settings.items()},
            capture_output=True, text=True, timeout=seconds + 60, check=False,
        )
        used = self.cpu_seconds() - before
        if done.returncode != 0:
            raise SystemExit(f"wrk failed on {self.name}: {done.stderr}")
        figures = json.loads(done.stdout.strip().splitlines()[-1])
        if figures["errors"] or figures["wrong"] or not figures["requests"]:
            raise SystemExit(f"{self.name} gave wrong answers: {figures}\n{done.stderr}")
        return figures | {"rate": figures["requests"] / figures["seconds"], "cpu": used * 1000 / figures["requests"]}

    def median(self, part: str, what: str) -> float:
        return statistics.median(figures[what] for figures in getattr(self, part))


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
