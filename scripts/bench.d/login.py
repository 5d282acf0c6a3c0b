"""Brings people in through the front door, as their browsers would: the login page, Spotify's (the sandbox's) consent, the callback.

Knows only what the outside may rely on: `/auth/login`, the element with id "api-key", and how the sandbox is driven by scripts.
"""

import base64
import hashlib
import json
import re
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

from browser import Answer, Browser, Form, text


def people(sandbox: str) -> list[dict]:
    """Everybody in the sandbox, as it lists them."""
    return json.loads(Browser().get(f"{sandbox}/_sandbox/people").body)


def log_in(server: str, person: str) -> str:
    """Connects one person and gives back the API key that the last page shows."""
    browser = Browser()
    answer = browser.get(f"{server}/auth/login")
    if not answer.leads_on:
        answer = browser.submit(Form(answer))
    answer = follow_to_consent(browser, answer)
    callback = approve(browser, answer.location, person)
    page = browser.get(callback)
    while page.leads_on:
        page = browser.get(page.location)
    found = re.search(r'id="api-key"[^<]*?(aux_[0-9A-Za-z]+)', page.body) or re.search(r'id="api-key"[^>]*>\s*(aux_[0-9A-Za-z]+)', page.body)
    if not found:
        raise RuntimeError(f"{urlsplit(callback).path} answered {page.status} and shows no key: {text(page.body)[:300]}")
    return found.group(1)


def access_token(sandbox: str, client_id: str, redirect_uri: str, scope: str, person: str) -> str:
    """An access token of one person straight from the sandbox, for programs that have no front door."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client_id, "response_type": "code", "redirect_uri": redirect_uri, "state": "s", "scope": scope,
        "code_challenge_method": "S256", "code_challenge": challenge,
    }
    browser = Browser()
    callback = approve(browser, f"{sandbox}/authorize?{urlencode(asked)}", person)
    code = dict(parse_qsl(urlsplit(callback).query))["code"]
    answer = browser.post(f"{sandbox}/api/token", {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "client_id": client_id, "code_verifier": verifier,
    })
    if answer.status != 200:
        raise RuntimeError(f"the sandbox gave no token: {answer.status} {answer.body[:300]}")
    return json.loads(answer.body)["access_token"]


def follow_to_consent(browser: Browser, answer: Answer) -> Answer:
    """Follows redirects until the next stop is Spotify's consent page."""
    for _ in range(5):
        if not answer.leads_on:
            break
        if urlsplit(answer.location).path == "/authorize":
            return answer
        answer = browser.get(answer.location)
    raise RuntimeError(f"no way to Spotify's consent page: {answer}")


def approve(browser: Browser, authorize: str, person: str) -> str:
    """Says yes for a person on the consent page at `authorize`; gives back where the browser is sent."""
    base, _, query = authorize.partition("?")
    answer = browser.post(base, dict(parse_qsl(query)) | {"person": person, "decision": "approve"})
    if not answer.leads_on:
        raise RuntimeError(f"Spotify's consent page did not let go: {answer}")
    return answer.location
