"""Plays the person whom a client sends to the browser: says yes on the server's consent page and on Spotify's (the sandbox's).

As a program, `consent.py URL` takes an authorization request to its end and opens the client's own address, the way a browser would; that
makes it a stand-in for the browser of clients that start one.
"""

import sys
from urllib.parse import parse_qs, urlsplit

from browser import Answer, Browser, Form

# Our page, Spotify's, perhaps both of Spotify's a second time for more permissions, and the callbacks between them.
STEPS = 8


def authorize(url: str, person: str | None = None, scopes: list[str] | None = None, decision: str = "approve") -> str:
    """Answers the authorization request at `url`; gives back the address at the client, with its code or error.

    Without a person, the one whom the sandbox's page offers; without scopes, all that the consent page offers.
    """
    redirect_uri = one(url, "redirect_uri")
    browser = Browser()
    page = browser.get(url)
    if page.status != 200:
        raise RuntimeError(f"no consent page: {page}")
    form = Form(page, "/authorize")
    if scopes is not None:
        form.ticking_only("scope", scopes)
    answer = browser.submit(form.pressing("decision", decision))
    for _ in range(STEPS):
        if not answer.leads_on:
            answer = browser.submit(spotifys_answer(answer, person, urlsplit(url).netloc))
        elif is_at(answer.location, redirect_uri):
            return answer.location
        else:
            answer = browser.get(answer.location)
    raise RuntimeError(f"the way to the client has no end: {answer}")


def spotifys_answer(page: Answer, person: str | None, ours: str) -> Form:
    if page.status != 200 or urlsplit(page.url).netloc == ours:
        raise RuntimeError(f"not a page of Spotify's: {page}")
    form = Form(page).pressing("decision", "approve")
    return form.pressing("person", person) if person else form


def is_at(url: str, redirect_uri: str) -> bool:
    here, wanted = urlsplit(url), urlsplit(redirect_uri)
    return (here.scheme, here.netloc, here.path) == (wanted.scheme, wanted.netloc, wanted.path)


def one(url: str, name: str) -> str:
    """The parameter of this name; it must come once."""
    values = parse_qs(urlsplit(url).query).get(name, [])
    if len(values) != 1:
        raise RuntimeError(f"{len(values)} times {name} in an address of {urlsplit(url).netloc}")
    return values[0]


if __name__ == "__main__":
    arrived = Browser().get(authorize(sys.argv[1]))
    if arrived.status >= 400:
        sys.exit(f"the client refused what it was sent: {arrived}")
