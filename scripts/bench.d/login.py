"""Brings people in through the front door, as their browsers would: the login page, Spotify's (the sandbox's) consent, the callback.

Knows only what the outside may rely on: `/auth/login`, the element with id "api-key", and how the sandbox is driven by scripts.
"""

import base64
import hashlib
import html
import http.client
import json
import re
import secrets
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

REDIRECTS = (301, 302, 303, 307, 308)


def people(sandbox: str) -> list[dict]:
    """Everybody in the sandbox, as it lists them."""
    return json.loads(Browser().get(f"{sandbox}/_sandbox/people").body)


def log_in(server: str, person: str) -> str:
    """Connects one person and gives back the API key that the last page shows."""
    browser = Browser()
    answer = browser.get(f"{server}/auth/login")
    if answer.status not in REDIRECTS:
        answer = browser.submit(Form.first(answer))
    answer = browser.follow_to_consent(answer)
    callback = approve(browser, answer.location, person)
    page = browser.get(callback)
    while page.status in REDIRECTS:
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


def approve(browser: "Browser", authorize: str, person: str) -> str:
    """Says yes for a person on the consent page at `authorize`; gives back where the browser is sent."""
    base, _, query = authorize.partition("?")
    answer = browser.post(base, dict(parse_qsl(query)) | {"person": person, "decision": "approve"})
    if answer.status not in REDIRECTS:
        raise RuntimeError(f"the consent page answered {answer.status}: {text(answer.body)[:300]}")
    return answer.location


class Answer:
    def __init__(self, url: str, response: http.client.HTTPResponse):
        self.url = url
        self.status = response.status
        self.body = response.read().decode()
        self.location = urljoin(url, response.getheader("Location", ""))
        self.cookies = [line.split(";")[0] for line in response.headers.get_all("Set-Cookie", [])]


class Browser:
    """Keeps cookies a host and port, follows no redirect by itself."""

    def __init__(self):
        self.cookies: dict[str, dict[str, str]] = {}

    def get(self, url: str) -> Answer:
        return self._send("GET", url, None)

    def post(self, url: str, fields: dict[str, str]) -> Answer:
        return self._send("POST", url, urlencode(fields))

    def submit(self, form: "Form") -> Answer:
        if form.method == "post":
            return self.post(form.action, form.fields)
        return self.get(f"{form.action}?{urlencode(form.fields)}" if form.fields else form.action)

    def follow_to_consent(self, answer: Answer) -> Answer:
        """Follows redirects until the next stop is Spotify's consent page."""
        for _ in range(5):
            if answer.status not in REDIRECTS:
                break
            if urlsplit(answer.location).path == "/authorize":
                return answer
            answer = self.get(answer.location)
        raise RuntimeError(f"{answer.url} answered {answer.status} and leads to no consent page: {text(answer.body)[:300]}")

    def _send(self, method: str, url: str, body: str | None) -> Answer:
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        headers = {"Accept": "text/html"}
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"{parts.scheme}://{parts.netloc}"}
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        try:
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
            answer = Answer(url, connection.getresponse())
        finally:
            connection.close()
        jar.update(cookie.split("=", 1) for cookie in answer.cookies)
        return answer


class Form(HTMLParser):
    """The first form of a page, as it would be sent untouched."""

    def __init__(self, page: Answer):
        super().__init__()
        self.method, self.action, self.fields, self.state = "get", page.url, {}, "before"
        self.page = page

    @classmethod
    def first(cls, page: Answer) -> "Form":
        form = cls(page)
        form.feed(page.body)
        if form.state == "before":
            raise RuntimeError(f"{page.url} answered {page.status} and has no form: {text(page.body)[:300]}")
        return form

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form" and self.state == "before":
            self.state = "in"
            self.method = (given.get("method") or "get").lower()
            self.action = urljoin(self.page.url, given.get("action") or "")
        elif tag == "input" and self.state == "in" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.fields[given["name"]] = given.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form" and self.state == "in":
            self.state = "after"


def text(page: str) -> str:
    """A page without its markup, for messages."""
    return " ".join(html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.S)).split())
