"""The person at Spotify's page, for clients that start a local program: agrees there and gives back the address that the browser is sent to.

`stdio_spotify.py URL` prints that address; `agree(url)` returns it.
"""

import sys

from browser import Browser
from consent import spotifys_answer


def agree(url: str, person: str | None = None) -> str:
    browser = Browser()
    answer = browser.submit(spotifys_answer(browser.get(url), person, ""))
    if not answer.leads_on:
        raise RuntimeError(f"Spotify sends the browser nowhere: {answer}")
    return answer.location


if __name__ == "__main__":
    print(agree(sys.argv[1]))
