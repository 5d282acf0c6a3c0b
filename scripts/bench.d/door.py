"""A client of the OAuth door, timed: registers, sends a person through the pages, redeems codes, renews and ends grants.

Knows what a client knows: RFC 7591, 6749 with PKCE, 7009, and the addresses from the server's metadata.
"""

import base64
import hashlib
import http.client
import json
import math
import secrets
import statistics
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import consent

REDIRECT_URI = "http://127.0.0.1:53682/callback"
SCOPE = "music:read"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Grant:
    client: str
    access: str
    refresh: str


class Door:
    def __init__(self, server: str):
        self.server = server
        self.connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=20)
        status, metadata = self.ask("GET", f"{server}/.well-known/oauth-authorization-server")
        if status != 200:
            raise RuntimeError(f"the metadata was answered with {status}")
        self.endpoints = {name.removesuffix("_endpoint"): url for name, url in metadata.items() if name.endswith("_endpoint")}

    def register(self, name: str) -> str:
        asked = {"client_name": name, "redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": "none"}
        status, answer = self.ask("POST", self.endpoints["registration"], json.dumps(asked), "application/json")
        if status != 201:
            raise RuntimeError(f"a registration was answered with {status} {answer}")
        return answer["client_id"]

    def authorize(self, client: str, person: str) -> Grant:
        """The whole way: both consent pages, the callbacks between them, and the code's redemption."""
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": client, "redirect_uri": REDIRECT_URI, "state": state, "scope": SCOPE,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }
        back = parse_qs(urlsplit(consent.authorize(f"{self.endpoints['authorization']}?{urlencode(asked)}", person)).query)
        if back.get("state") != [state] or len(back.get("code", [])) != 1:
            raise RuntimeError(f"an authorization came back without its code: {back.get('error')}")
        form = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": REDIRECT_URI, "code_verifier": verifier}
        return self.tokens(client, form)

    def refresh(self, grant: Grant) -> Grant:
        renewed = self.tokens(grant.client, {"grant_type": "refresh_token", "refresh_token": grant.refresh})
        if renewed.refresh == grant.refresh or renewed.access == grant.access:
            raise RuntimeError("a refresh gave no new tokens")
        return renewed

    def revoke(self, grant: Grant):
        form = {"token": grant.refresh, "client_id": grant.client}
        status, answer = self.ask("POST", self.endpoints["revocation"], urlencode(form), FORM)
        if status != 200:
            raise RuntimeError(f"a revocation was answered with {status} {answer}")

    def tokens(self, client: str, form: dict[str, str]) -> Grant:
        status, answer = self.ask("POST", self.endpoints["token"], urlencode(form | {"client_id": client}), FORM)
        if status != 200:
            raise RuntimeError(f"/token answered {status} {answer.get('error')}")
        return Grant(client, answer["access_token"], answer["refresh_token"])

    def ask(self, method: str, url: str, body: str | None = None, kind: str | None = None):
        self.connection.request(method, urlsplit(url).path, body, {"Content-Type": kind} if kind else {})
        answer = self.connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else {}


class Times:
    """How long one kind of request took, in milliseconds."""

    def __init__(self, what: str):
        self.what, self.taken = what, []

    def of(self, work, *arguments):
        begun = time.perf_counter()
        result = work(*arguments)
        self.taken.append((time.perf_counter() - begun) * 1000)
        return result

    def __str__(self) -> str:
        p99 = sorted(self.taken)[math.ceil(len(self.taken) * 0.99) - 1]
        return f"{len(self.taken):5} {self.what:24}{statistics.median(self.taken):9.2f}{p99:9.2f}"
