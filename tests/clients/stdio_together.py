"""Three programs of one person on one database at once, with tokens that end every few seconds: `stdio_together.py [SECONDS]`.

Each calls as fast as it is answered. No call may fail, and Spotify must have renewed the one link no more often than its tokens ended.
"""

import asyncio
import json
import os
import sys
import time
import urllib.request

from mcp import Client
from mcp.client.stdio import stdio_client

from python_sdk import check_answer, leaf
from stdio_sdk import parameters
from stdio_spotify import agree

PROGRAMS = 3
CONTROL = os.environ["SPOTIFY_ACCOUNTS_URL"] + "/_sandbox"


def control(path: str, body: dict | None = None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(CONTROL + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


async def link() -> None:
    async with Client(stdio_client(parameters()), read_timeout_seconds=30) as client:
        begun = await client.call_tool("connect", {})
        back = agree(begun.structured_content["url"])
        check_answer("connect", await client.call_tool("connect", {"callback_url": back}))


async def call(number: int, until: float) -> int:
    async with Client(stdio_client(parameters()), read_timeout_seconds=30) as client:
        calls = 0
        while time.monotonic() < until:
            # No two alike, so that each is really asked of Spotify.
            check_answer("search", await client.call_tool("search", {"query": f"night {number} {calls}", "limit": 5}))
            calls += 1
            await asyncio.sleep(0.02)
        return calls


async def main(seconds: float) -> None:
    await link()
    before = renewals()
    begun = time.monotonic()
    ends = begun + seconds
    expiring = asyncio.create_task(expire(ends))
    calls = await asyncio.gather(*(call(number, ends) for number in range(PROGRAMS)))
    ended = await expiring
    renewed = renewals() - before
    assert ended >= 3, f"only {ended} tokens ended"
    assert renewed == ended, f"{ended} tokens ended, and the link was renewed {renewed} times"
    print(f"{PROGRAMS} programs, {sum(calls)} calls in {seconds:.0f} s without an error; {ended} tokens ended, {renewed} refreshes")


async def expire(ends: float) -> int:
    """Ends the token every two seconds; the last one early enough for everybody to find out."""
    count = 0
    while time.monotonic() < ends - 3:
        await asyncio.to_thread(control, "/expire", {})
        count += 1
        await asyncio.sleep(2)
    return count


def renewals() -> int:
    return control("/calls").get("POST /api/token", 0)


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    try:
        asyncio.run(asyncio.wait_for(main(seconds), timeout=seconds + 60))
    except Exception as error:
        raise leaf(error) from None
