"""The Python SDK's OAuthClientProvider, from the bare address to the end of the grant: `python_oauth.py registration|document`.

With `document` the client is known by the document at AUXCORD_CLIENT_DOCUMENT. The person's part is played by consent.py; no token, code
or state is printed.
"""

import asyncio
import os
import sys
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

import consent

URL = os.environ["AUXCORD_MCP_URL"]
# Nobody listens there: the address to which the browser is sent is read, not visited.
REDIRECT_URI = "http://127.0.0.1:53682/callback"
# Within which every replica must refuse what was revoked.
REVOKED_WITHIN = 1.0


class Storage:
    """Keeps tokens and client as a program's own store would."""

    def __init__(self):
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client

    @property
    def scopes(self) -> set[str]:
        return set(self.tokens.scope.split())


class Person:
    """Answers what the provider sends to the browser, and remembers what was asked for."""

    def __init__(self, resource: str = URL):
        self.resource = resource
        self.asked: list[str] = []
        self.back = ""

    async def redirect(self, url: str) -> None:
        assert consent.one(url, "code_challenge_method") == "S256"
        assert consent.one(url, "resource") == self.resource, "the client asks for another resource"
        self.asked.append(consent.one(url, "scope"))
        self.back = await asyncio.to_thread(consent.authorize, url)

    async def callback(self) -> AuthorizationCodeResult:
        values = parse_qs(urlsplit(self.back).query)
        assert all(len(value) == 1 for value in values.values()), "a parameter came back twice"
        return AuthorizationCodeResult(**{name: values[name][0] for name in ("code", "state", "iss")})


async def main(kind: str) -> None:
    document = os.environ["AUXCORD_CLIENT_DOCUMENT"] if kind == "document" else None
    storage, person = Storage(), Person()
    metadata = OAuthClientMetadata(client_name="auxcord check", redirect_uris=[REDIRECT_URI], token_endpoint_auth_method="none")
    provider = OAuthClientProvider(URL, metadata, storage, person.redirect, person.callback, document)
    async with httpx2.AsyncClient(auth=provider, timeout=30) as http, Client(
        streamable_http_client(URL, http_client=http), mode="auto", read_timeout_seconds=60
    ) as client:
        count = await connect(client, storage, person, document)
        await refresh(client, provider, storage, person)
        await step_up(client, storage, person)
        await revoke(client, provider, storage, person)
    print(f"{count} tools, connected, refreshed, stepped up, revoked")


async def connect(client: Client, storage: Storage, person: Person, document: str | None) -> int:
    names = [tool.name for tool in (await client.list_tools()).tools]
    assert {"search", "create_playlist"} <= set(names), f"tools/list has only {names}"
    await works(client, "search", {"query": "night"})
    assert person.asked == ["music:read"], f"asked for {person.asked}"
    assert storage.scopes == {"music:read"}, f"granted {storage.scopes}"
    assert (storage.client.client_id == document) == (document is not None), "the client is known in another way"
    return len(names)


async def refresh(client: Client, provider: OAuthClientProvider, storage: Storage, person: Person) -> None:
    old = storage.tokens
    # The provider's own record of when the access token ends.
    provider.context.token_expiry_time = 1.0
    await works(client, "get_status", {})
    assert storage.tokens.access_token != old.access_token, "the access token was not renewed"
    assert storage.tokens.refresh_token != old.refresh_token, "the refresh token did not rotate"
    assert storage.scopes == {"music:read"}, f"after the refresh: {storage.scopes}"
    assert len(person.asked) == 1, "the person was asked again for a refresh"


async def step_up(client: Client, storage: Storage, person: Person) -> None:
    await works(client, "create_playlist", {"name": f"Made by a check {os.getpid()}"})
    assert len(person.asked) == 2, "the person was not asked for more"
    assert set(person.asked[1].split()) == {"music:read", "playlists:write"}, f"asked for {person.asked[1]}"
    assert storage.scopes == {"music:read", "playlists:write"}, f"granted {storage.scopes}"


async def revoke(client: Client, provider: OAuthClientProvider, storage: Storage, person: Person) -> None:
    ended, endpoints = storage.tokens, provider.context.oauth_metadata
    of_client = {"client_id": storage.client.client_id}
    async with httpx2.AsyncClient(timeout=30) as http:
        form = of_client | {"token": ended.refresh_token, "token_type_hint": "refresh_token"}
        answer = await http.post(str(endpoints.revocation_endpoint), data=form)
        assert answer.status_code == 200, f"/revoke answered {answer.status_code}"
        await asyncio.wait_for(refused(http, ended.access_token), REVOKED_WITHIN)
        form = of_client | {"grant_type": "refresh_token", "refresh_token": ended.refresh_token}
        answer = await http.post(str(endpoints.token_endpoint), data=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), "a revoked refresh token is still good"
    # What is left is the whole way again.
    await works(client, "get_status", {})
    assert len(person.asked) == 3, "the client went on without the person after the revocation"


async def refused(http: httpx2.AsyncClient, access_token: str) -> None:
    """Returns as soon as the token is answered with 401."""
    while True:
        answer = await http.post(URL, json={}, headers={"Authorization": f"Bearer {access_token}"})
        if answer.status_code == 401:
            assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"], "the refusal does not say why"
            return


async def works(client: Client, name: str, arguments: dict) -> None:
    result = await client.call_tool(name, arguments)
    said = "\n".join(block.text for block in result.content if block.type == "text")
    assert not result.is_error, f"{name} failed: {said}"
    assert said, f"{name}: no text content"


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
