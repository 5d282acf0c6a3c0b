"""The Python SDK in one mode: `python_sdk.py legacy|auto|sse`, the last over the transport of 2024.

The address and the key come from the environment, so that they stand in no process list; the key is never printed.
"""

import asyncio
import json
import os
import pathlib
import sys

import httpx2
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

URL = os.environ["AUXCORD_MCP_URL"]
SSE_URL = URL.removesuffix("/mcp") + "/sse"
KEY = os.environ["AUXCORD_KEY"]
# Has the shape of a key and belongs to nobody.
WRONG_KEY = "aux_" + "0" * 49
BAD_ARGUMENTS = {
    "a limit out of range": {"query": "night", "limit": 100000},
    "an unknown argument": {"query": "night", "qeury": "night"},
    "a missing query": {},
}


async def main(mode: str) -> None:
    await expect_refused(mode)
    async with open_http(KEY) as http, open_client(http, KEY, mode) as client:
        version = client.protocol_version
        assert (version >= "2026") == (mode == "auto"), f"{mode} settled on {version}"
        count = await tell(client)
    print(f"{version}, {count} tools, each called")


def open_http(bearer: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(headers={"Authorization": f"Bearer {bearer}"}, timeout=30)


def open_client(http: httpx2.AsyncClient, bearer: str, mode: str) -> Client:
    if mode == "sse":
        transport = sse_client(SSE_URL, headers={"Authorization": f"Bearer {bearer}"})
        return Client(transport, mode="legacy", read_timeout_seconds=30)
    return Client(streamable_http_client(URL, http_client=http), mode=mode, read_timeout_seconds=30)


async def expect_refused(mode: str) -> None:
    try:
        async with open_http(WRONG_KEY) as http, open_client(http, WRONG_KEY, mode) as client:
            await client.list_tools()
    except Exception:
        # The SDK hides the status in its own errors, so the wire is asked once more what it was.
        async with open_http(WRONG_KEY) as http:
            status = (await http.get(SSE_URL) if mode == "sse" else await http.post(URL, json={})).status_code
        assert status == 401, f"a wrong key was answered with {status}"
        return
    raise AssertionError("a wrong key was not refused")


async def tell(client: Client) -> int:
    names = [tool.name for tool in (await client.list_tools()).tools]
    assert {"search", "get_status"} <= set(names), f"tools/list has only {names}"
    assert "search_tracks" not in names, "an alias is listed"
    check_search(await client.call_tool("search", {"query": "night"}))
    check_answer("get_status", await client.call_tool("get_status", {}))
    check_search(await client.call_tool("search_tracks", {"query": "night", "limit": 3}))
    contents = (await client.read_resource("spotify://status")).contents
    check_status(json.loads(contents[0].text))
    for what, bad in BAD_ARGUMENTS.items():
        result = await client.call_tool("search", bad)
        assert result.is_error, f"{what} was accepted"
        assert text(result), f"{what}: refused without a word"
    await call_every_tool(client, names)
    return len(names)


async def call_every_tool(client: Client, names: list[str]) -> None:
    """Calls each tool at least once, by the table that all clients share."""
    steps = json.loads((pathlib.Path(__file__).parent / "every_tool.json").read_text())
    uncalled, kept = set(names), {}
    for step in steps:
        tool = step["tool"]
        # A server may offer fewer.
        if tool not in names:
            continue
        result = await client.call_tool(tool, filled(step["arguments"], kept))
        check_answer(tool, result)
        for name, pointer in step.get("keep", {}).items():
            value = result.structured_content
            for part in pointer.split("/")[1:]:
                value = value[int(part)] if isinstance(value, list) else value[part]
            kept[name] = value
        uncalled.discard(tool)
    assert not uncalled, f"no call is known for {uncalled}"


def filled(value, kept: dict):
    """The value with each text that begins with `$` replaced by what an earlier answer said."""
    if isinstance(value, str):
        return kept[value[1:]] if value.startswith("$") else value
    if isinstance(value, list):
        return [filled(item, kept) for item in value]
    if isinstance(value, dict):
        return {name: filled(inner, kept) for name, inner in value.items()}
    return value


def check_answer(what: str, result) -> None:
    assert not result.is_error, f"{what} failed: {text(result)}"
    assert text(result), f"{what}: no text content"
    assert isinstance(result.structured_content, dict), f"{what}: no structuredContent"


def check_search(result) -> None:
    check_answer("a search", result)
    assert "open.spotify.com" in text(result), "a search found nothing that can be passed on"


def check_status(status: dict) -> None:
    missing = {"connected", "user", "user_id", "server", "version"} - status.keys()
    assert not missing, f"spotify://status lacks {missing}"
    assert status["connected"] is True, "spotify://status says that the demo person is not connected"


def text(result) -> str:
    return "\n".join(block.text for block in result.content if block.type == "text")


def leaf(error: BaseException) -> BaseException:
    """The error inside the task groups' wrappings: it alone says what went wrong."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


if __name__ == "__main__":
    try:
        asyncio.run(asyncio.wait_for(main(sys.argv[1]), timeout=90))
    except Exception as error:
        raise leaf(error) from None
