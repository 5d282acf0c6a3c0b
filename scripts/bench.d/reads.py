"""What answers cost that need little or much of Spotify: one from memory beside a ping, one about 1,200 places, and the list of tools."""

import json
import statistics
import urllib.request

import login
from subject import Subject

HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


def cached_against_ping(subject: Subject, rounds: int, seconds: float) -> float:
    """The CPU of a search that is remembered, times that of a ping at the same server: the median of interleaved rounds."""
    for kind in ("ping", "cached"):
        subject.load(1, 0, kind=kind)
    ratios = []
    for number in range(rounds):
        order = ("ping", "cached") if number % 2 == 0 else ("cached", "ping")
        used = {kind: subject.load(seconds, 0, kind=kind)["cpu"] for kind in order}
        ratios.append(used["cached"] / used["ping"])
    return statistics.median(ratios)


def memory_of_summary(subject: Subject, person: str) -> float:
    """By how many MB the largest memory ever grows with the summary of a playlist of 1,200 places, at a server just started."""
    subject.stop()
    subject.start()
    key = login.log_in(subject.origin, person)
    listed = call(subject, key, "tools/call", {"name": "list_playlists", "arguments": {}})
    rows = json.loads(listed)["result"]["structuredContent"]["items"]
    longest = max(rows, key=lambda row: row["count"])
    if longest["count"] != 1200:
        raise SystemExit(f"no playlist of 1,200 places: {rows}")
    before = subject.memory_mb()
    asked = {"name": "get_playlist", "arguments": {"playlist": longest["uri"], "view": "summary"}}
    answer = json.loads(call(subject, key, "tools/call", asked))["result"]
    if answer.get("isError") or answer["structuredContent"]["summary"]["looked_at"] != 1200:
        raise SystemExit(f"no summary: {answer}")
    return subject.memory_mb("VmHWM") - before


def bytes_of_list(subject: Subject, bearers) -> int:
    """How long the default list of tools is, in bytes of JSON."""
    key = bearers.read_text().splitlines()[0]
    tools = json.loads(call(subject, key, "tools/list", {}))["result"]["tools"]
    return len(json.dumps(tools, separators=(",", ":"), ensure_ascii=False).encode())


def call(subject: Subject, key: str, method: str, params: dict) -> str:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(f"{subject.origin}/mcp", body, HEADERS | {"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()
