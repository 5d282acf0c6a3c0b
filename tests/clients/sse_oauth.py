"""The Python SDK's OAuthClientProvider over the transport of 2024: one stream, from the bare address through a renewed token to a step-up.

The person's part is played by consent.py; no token, code or state is printed.
"""

import asyncio

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.sse import sse_client
from mcp.shared.auth import OAuthClientMetadata

from python_oauth import REDIRECT_URI, URL, Person, Storage, connect, leaf, refresh, step_up, works

SSE_URL = URL.removesuffix("/mcp") + "/sse"


async def main() -> None:
    storage, person, streams = Storage(), Person(SSE_URL), []
    metadata = OAuthClientMetadata(client_name="auxcord check", redirect_uris=[REDIRECT_URI], token_endpoint_auth_method="none")
    provider = OAuthClientProvider(SSE_URL, metadata, storage, person.redirect, person.callback)
    transport = sse_client(SSE_URL, auth=provider, timeout=30, on_session_created=streams.append)
    async with Client(transport, mode="legacy", read_timeout_seconds=60) as client:
        count = await connect(client, storage, person, None)
        await refresh(client, provider, storage, person)
        await step_up(client, storage, person)
        await works(client, "get_status", {})
        assert len(streams) == 1, "the client opened another stream on the way"
        await is_none_for_the_endpoint(storage.tokens.access_token)
    print(f"{count} tools, one stream: connected, refreshed, stepped up")


async def is_none_for_the_endpoint(access_token: str) -> None:
    async with httpx2.AsyncClient(timeout=30) as http:
        answer = await http.post(URL, json={}, headers={"Authorization": f"Bearer {access_token}"})
        assert answer.status_code == 401, f"a token for the stream was answered with {answer.status_code} at the endpoint"


try:
    asyncio.run(asyncio.wait_for(main(), timeout=90))
except Exception as error:
    raise leaf(error) from None
