"""The Python SDK with a program of its own over standard input and output: `stdio_sdk.py legacy|auto`.

Nobody is connected at first: every tool says so, `connect` gives the address, and the one that the browser is sent to is pasted.
The program and its settings come from the environment: AUXCORD_BIN, AUXCORD_STDIO_HOME and the SPOTIFY_ variables.
"""

import asyncio
import os
import sys

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from python_sdk import call_every_tool, check_answer, check_search, leaf, text
from stdio_spotify import agree


def parameters() -> StdioServerParameters:
    settings = {name: value for name, value in os.environ.items() if name.startswith("SPOTIFY_")}
    home = os.environ["AUXCORD_STDIO_HOME"]
    env = {"PATH": os.environ["PATH"], "HOME": home, "TOOLSETS": "core,spoken,curation", "LOG": "warn", **settings}
    return StdioServerParameters(command=os.environ["AUXCORD_BIN"], args=["stdio"], env=env, cwd=home)


async def main(mode: str) -> None:
    async with Client(stdio_client(parameters()), mode=mode, read_timeout_seconds=30) as client:
        version = client.protocol_version
        assert (version >= "2026") == (mode != "legacy"), f"{mode} settled on {version}"
        refused = await client.call_tool("search", {"query": "night"})
        assert refused.is_error and "`connect`" in text(refused), f"before anybody connects: {text(refused)}"
        begun = await client.call_tool("connect", {})
        check_answer("connect", begun)
        back = agree(begun.structured_content["url"])
        linked = await client.call_tool("connect", {"callback_url": back})
        check_answer("connect with the pasted address", linked)
        assert linked.structured_content["connected"] is True
        check_search(await client.call_tool("search", {"query": "night"}))
        names = [tool.name for tool in (await client.list_tools()).tools]
        # The table of all clients has no `connect`: a server does not offer it.
        await call_every_tool(client, [name for name in names if name != "connect"])
    async with Client(stdio_client(parameters()), mode=mode, read_timeout_seconds=30) as client:
        status = (await client.call_tool("get_status", {})).structured_content
        assert status["connected"] is True, "the next process does not find the account"
    print(f"{version}, {len(names)} tools, each called; linked by a pasted address")


if __name__ == "__main__":
    try:
        asyncio.run(asyncio.wait_for(main(sys.argv[1]), timeout=90))
    except Exception as error:
        raise leaf(error) from None
