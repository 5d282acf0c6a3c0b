"""The conformance suite's scenarios for authorization servers: `authorization_server.py SUITE`, with the suite's program.

The suite prints an address for a person and waits; consent.py plays the person. Its exit code is not taken on trust, since it says nothing of
warnings and of what was left out: what counts is what it wrote about each check.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import consent
from browser import Browser

URL = os.environ["AUXCORD_MCP_URL"]
ISSUER = URL.removesuffix("/mcp")
CHECKS = {"authorization-server-metadata", "authorization-server-metadata-cimd", "authorization-code-grant"}
SECONDS = 90


def main(suite: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = register(f"http://127.0.0.1:{port}/callback")
    with tempfile.TemporaryDirectory() as folder:
        run(suite, ["--client-id", client, "--port", str(port), "--output-dir", folder])
        made = [check for file in sorted(Path(folder).rglob("*.json")) for check in json.loads(file.read_text())]
    bad = [f"{check['id']}: {check['status']} {check.get('errorMessage')}" for check in made if check["status"] != "SUCCESS"]
    bad += [f"{missing} was not checked" for missing in sorted(CHECKS - {check["id"] for check in made})]
    assert not bad, "; ".join(bad)
    print(f"{len(made)} checks, no warning")


def register(redirect_uri: str) -> str:
    asked = {"client_name": "Conformance suite", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "none"}
    request = urllib.request.Request(f"{ISSUER}/register", json.dumps(asked).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["client_id"]


def run(suite: str, options: list[str]) -> None:
    command = [suite, "authorization", "--url", ISSUER, "--resource", URL, *options]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            said = ""
            for line in process.stdout:
                said += line
                if line.startswith(f"{ISSUER}/authorize?"):
                    arrived = Browser().get(consent.authorize(line.strip()))
                    assert arrived.status == 200, f"the suite refused what it was sent: {arrived}"
            process.wait(SECONDS)
        finally:
            process.kill()
    # For whoever reads why it failed; codes and states are good for nothing any more, and left out all the same.
    print(re.sub(r"(code|state|code_challenge)=[^&\s\"]+", r"\1=***", said), file=sys.stderr)


main(sys.argv[1])
