"""Two replicas on one PostgreSQL: how often a call with a known token reads the database, and how soon a revocation holds everywhere.

The second replica has the first one's public origin, as behind a balancer; it is asked at its own port with the public name.
"""

import http.client
import json
import time
from urllib.parse import urlsplit

from door import Door

# Shorter than a checked token is remembered (CALLER_CACHE_SECONDS), so that every call but the first is one of a known token.
KNOWN_SECONDS = 3.0
REVOCATIONS = 10


class Replicas:
    def __init__(self, first: str, second: str, database):
        """`first` and `second` are origins; the first one is the public origin of both."""
        self.public, self.database = urlsplit(first).netloc, database
        self.door = Door(first)
        self.ports = [http.client.HTTPConnection(urlsplit(origin).netloc, timeout=20) for origin in (first, second)]
        self.calls = 0

    def reads_of_known_token(self, person: str) -> tuple[int, int]:
        """How many calls were made with a token that was just seen, and how many reads of the database they caused."""
        grant = self.door.authorize(self.door.register("counted"), person)
        # An authorization makes every replica forget what it knew of the person, within half a second.
        time.sleep(1.0)
        begun = self.database.written()
        self.expect(0, grant.access, 200)
        if not reads(self.database.statements(begun)):
            raise RuntimeError("the first call of a token shows no read, so this count counts nothing")
        # What the first call left to be written (last use) is not of the calls that follow.
        time.sleep(0.5)
        mark, end, calls = self.database.written(), time.monotonic() + KNOWN_SECONDS, 0
        while time.monotonic() < end:
            self.expect(0, grant.access, 200)
            calls += 1
        return calls, len(reads(self.database.statements(mark)))

    def slowest_revocation(self, people: list[str]) -> float:
        """Milliseconds from sending the revocation to one replica until the other refuses, the longest of several."""
        client, longest = self.door.register("revoked"), 0.0
        for person in people[:REVOCATIONS]:
            grant = self.door.authorize(client, person)
            for replica in (0, 1):
                self.expect(replica, grant.access, 200)
            begun = time.perf_counter()
            self.door.revoke(grant)
            self.expect(0, grant.access, 401)
            while self.call(1, grant.access)[0] != 401:
                if time.perf_counter() - begun > 10:
                    raise RuntimeError("a revocation does not reach the other replica")
            longest = max(longest, (time.perf_counter() - begun) * 1000)
            self.expect(1, grant.access, 401)
        return longest

    def expect(self, replica: int, token: str, status: int):
        given, body = self.call(replica, token)
        if given != status or (status == 200 and "/track/" not in body):
            raise RuntimeError(f"replica {replica + 1} answered {given} and not {status}: {body[:300]}")

    def call(self, replica: int, token: str) -> tuple[int, str]:
        self.calls += 1
        # A range of years that holds every track makes each query another one.
        years = f"{1000 + self.calls // 7900 % 900}-{2100 + self.calls % 7900}"
        arguments = {"query": f"night year:{years}", "types": ["track"], "limit": 10}
        asked = {"jsonrpc": "2.0", "id": self.calls, "method": "tools/call", "params": {"name": "search", "arguments": arguments}}
        headers = {
            "Host": self.public, "Authorization": f"Bearer {token}", "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25",
        }
        connection = self.ports[replica]
        connection.request("POST", "/mcp", json.dumps(asked), headers)
        answer = connection.getresponse()
        status, body = answer.status, answer.read().decode()
        if status != 200:
            # A server may hang up after a refusal, because it did not read what was sent.
            connection.close()
        return status, body


def reads(statements: list[str]) -> list[str]:
    """Those that read, without the lists of what was revoked and closed, which each replica reads every 500 ms whoever calls."""
    found = [each for each in statements if each.lower().startswith(("select", "with"))]
    return [each for each in found if not any(table in each for table in ("revocations", "counters", "quota_closures", "quota_calls"))]
