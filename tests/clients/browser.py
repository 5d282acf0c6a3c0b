"""A browser for scripts: keeps cookies, follows nothing by itself, and sends forms as a person's browser would.

Knows HTTP and HTML; nothing of what the pages are about. Standard library only, because the benchmark uses it too.
"""

import html
import http.client
import re
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

REDIRECTS = (301, 302, 303, 307, 308)
SECONDS = 20


class Answer:
    def __init__(self, url: str, response: http.client.HTTPResponse):
        self.url = url
        self.status = response.status
        self.body = response.read().decode()
        self.location = urljoin(url, response.getheader("Location", ""))
        self.cookies = [line.split(";")[0] for line in response.headers.get_all("Set-Cookie", [])]

    @property
    def leads_on(self) -> bool:
        return self.status in REDIRECTS

    def __str__(self) -> str:
        """What went wrong, without the query: codes and states stay out of messages."""
        return f"{self.url.partition('?')[0]} answered {self.status}: {text(self.body)[:300]}"


class Browser:
    def __init__(self):
        # By host and port, so that servers on one loopback address do not see each other's.
        self.cookies: dict[str, dict[str, str]] = {}

    def get(self, url: str) -> Answer:
        return self._send("GET", url, None)

    def post(self, url: str, fields) -> Answer:
        return self._send("POST", url, urlencode(fields))

    def submit(self, form: "Form") -> Answer:
        if form.method == "post":
            return self.post(form.action, form.fields)
        return self.get(f"{form.action}?{urlencode(form.fields)}" if form.fields else form.action)

    def _send(self, method: str, url: str, body: str | None) -> Answer:
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        headers = {"Accept": "text/html"}
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"{parts.scheme}://{parts.netloc}"}
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
        try:
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
            answer = Answer(url, connection.getresponse())
        finally:
            connection.close()
        jar.update(cookie.split("=", 1) for cookie in answer.cookies)
        return answer


class Form(HTMLParser):
    """The first form of a page, or the first one that is sent to a path, with what it would send untouched."""

    def __init__(self, page: Answer, path: str | None = None):
        super().__init__()
        self.page, self.path, self.state = page, path, "before"
        self.method, self.action = "get", page.url
        # Pairs, because a form may send one name several times.
        self.fields: list[tuple[str, str]] = []
        self.feed(page.body)
        if self.state == "before":
            raise RuntimeError(f"no form to send: {page}")

    def pressing(self, name: str, value: str) -> "Form":
        """Sends it with this button, or this choice among those of one name."""
        self.fields = [field for field in self.fields if field[0] != name] + [(name, value)]
        return self

    def ticking_only(self, name: str, values) -> "Form":
        """Of the boxes of this name that are ticked, leaves only these so."""
        self.fields = [field for field in self.fields if field[0] != name or field[1] in values]
        return self

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form" and self.state == "before":
            action = urljoin(self.page.url, given.get("action") or "")
            if self.path in (None, urlsplit(action).path):
                self.state = "in"
                self.method, self.action = (given.get("method") or "get").lower(), action
        elif tag == "input" and self.state == "in" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.fields.append((given["name"], given.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "form" and self.state == "in":
            self.state = "after"


def text(page: str) -> str:
    """A page without its markup, for messages."""
    return " ".join(html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.S)).split())
