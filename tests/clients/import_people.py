"""`auxcord import` of 500 people: `import_people.py PROGRAM [POSTGRES_URL]`, with SQLite files or databases made on that PostgreSQL server.

Makes the other server's database (old_server.py), imports it against a simulated Spotify of its own, and then asks a real server with each
of the old keys, at both doors, whose they are. Prints one line. Keys are never printed.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

import old_server

PEOPLE = 500
CLIENT_ID = "import-check"
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(program: str, postgres: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        old, new = databases(Path(folder), postgres)
        with running(program, ["sandbox", "--listen", "127.0.0.1:0", "--people", str(PEOPLE + 8)], {}, folder) as sandbox:
            spotify = after(sandbox, "SPOTIFY_ACCOUNTS_URL=")
            key = Fernet.generate_key().decode()
            people = [one for one in get(f"{spotify}/_sandbox/people") if one["allow_listed"]][:PEOPLE]
            assert len(people) == PEOPLE
            tokens_of = lambda person: post(f"{spotify}/_sandbox/grant", {"person": person, "client_id": CLIENT_ID})
            keys, mixed = old_server.fill(old, key, people, tokens_of)
            settings = {
                "DATABASE_URL": new,
                "TOKEN_ENCRYPTION_KEY": run(program, ["keyring", "generate"], {}, folder)[1].strip(),
                "IMPORT_ENCRYPTION_KEY": key,
                "SPOTIFY_CLIENT_ID": CLIENT_ID,
                "SPOTIFY_ACCOUNTS_URL": spotify,
                "SPOTIFY_API_URL": f"{spotify}/v1",
                "PORT": "0",
                "LOG_FORMAT": "json",
            }
            check(program, settings, folder, old, keys, mixed)


def check(program: str, settings: dict, folder: str, old: str, keys: dict, mixed: list) -> None:
    before = content(old)
    report = imported(program, settings, folder, old)
    outcomes = {line["spotify_id"]: line["outcome"] for line in report["people"]}
    quarantined = sorted(one for one, outcome in outcomes.items() if outcome == "quarantined")
    assert quarantined == sorted(mixed), f"quarantined: {quarantined}"
    assert report["counts"] == {"imported": PEOPLE - 2, "quarantined": 2}, report["counts"]
    assert content(old) == before, "the other server's database was changed"
    counts = rows(settings["DATABASE_URL"])
    assert counts["people"] == counts["api_keys"] == PEOPLE - 2, counts
    again = imported(program, settings, folder, old)
    assert again["counts"] == {"unchanged": PEOPLE - 2, "quarantined": 2}, again["counts"]
    assert rows(settings["DATABASE_URL"]) == counts, "the second run changed something"
    with running(program, ["serve"], settings, folder) as server:
        origin = "http://" + json.loads(line_with(server.stderr, "serving; register"))["address"]
        # Nobody reads the rest, and a full pipe would stop the server.
        threading.Thread(target=lambda: deque(server.stderr, maxlen=0), daemon=True).start()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda one: ask(origin, *one, one[0] in mixed), keys.items()))
    links = counts["spotify_links"]
    print(f"{PEOPLE - 2} people, {links} links, every old key at both doors, 2 quarantined, a second run changes nothing")


def ask(origin: str, spotify_id: str, key: str, mixed: bool) -> None:
    """Whose account a key opens in the header and in the connector's URL."""
    for url, headers in [(f"{origin}/mcp", {"Authorization": f"Bearer {key}"}), (f"{origin}/claude-mcp?token={key}", {})]:
        door = url.split("?")[0].rsplit("/", 1)[1]
        try:
            answer = post(url, {
                "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_status", "arguments": {}},
            }, headers | {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"})
        except urllib.error.HTTPError as refusal:
            assert mixed and refusal.code == 401, f"{door} answered {refusal.code}"
            continue
        assert not mixed, f"a key of a mixed-up row opens {door}"
        named = answer["result"]["structuredContent"]["user_id"]
        assert named == spotify_id, f"{door}: the key of {spotify_id} opened {named}"


def imported(program: str, settings: dict, folder: str, old: str) -> dict:
    code, out, _ = run(program, ["import", old, "--json"], settings, folder)
    assert code == 0, f"nobody is left, and the exit code is {code}"
    return json.loads(out)


def databases(folder: Path, postgres: str | None) -> tuple[str, str]:
    """The URLs of the other server's database and of ours."""
    if postgres is None:
        return f"sqlite:///{folder}/old.db", f"sqlite:///{folder}/new.db"
    server, _ = postgres.replace("postgres://", "postgresql+psycopg2://", 1).rsplit("/", 1)
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("import_old", "import_new"):
            connection.execute(text(f"drop database if exists {name}"))
            connection.execute(text(f"create database {name}"))
    engine.dispose()
    return f"{server}/import_old", f"{server}/import_new"


def content(url: str) -> list:
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = ["users", "spotify_tokens", "user_sessions"]
        found = [list(map(tuple, connection.execute(text(f"select * from {table} order by 1")))) for table in tables]
    engine.dispose()
    return found


def rows(url: str) -> dict[str, int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = ["people", "spotify_links", "api_keys", "imports", "audit"]
        found = {table: connection.execute(text(f"select count(*) from {table}")).scalar() for table in tables}
    engine.dispose()
    return found


def run(program: str, arguments: list[str], settings: dict, folder: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [program, *arguments], env=environment(settings), cwd=folder, capture_output=True, text=True, timeout=200
    )
    assert done.returncode in (0, 1) and "panicked" not in done.stderr, done.stderr[-2000:]
    if done.returncode == 1 and not done.stdout:
        raise AssertionError(done.stderr[-2000:])
    return done.returncode, done.stdout, done.stderr


@contextmanager
def running(program: str, arguments: list[str], settings: dict, folder: str):
    told = subprocess.PIPE if arguments == ["serve"] else subprocess.DEVNULL
    process = subprocess.Popen(
        [program, *arguments], env=environment(settings), cwd=folder, stdout=subprocess.PIPE, stderr=told, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def environment(settings: dict) -> dict:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp")} | settings


def after(process: subprocess.Popen, name: str) -> str:
    return line_with(process.stdout, name).split(name, 1)[1].strip()


def line_with(stream, words: str) -> str:
    for line in stream:
        if words in line:
            return line
    raise AssertionError(f"it never said {words!r}")


def get(url: str):
    with NO_PROXY.open(url, timeout=30) as answer:
        return json.load(answer)


def post(url: str, body: dict, headers: dict | None = None):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"} | (headers or {}))
    with NO_PROXY.open(request, timeout=30) as answer:
        return json.load(answer)


main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
