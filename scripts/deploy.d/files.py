"""What can be said of the deployment files by reading them: `files.py hardened`, `files.py settings|guides BINARY`.

hardened: nobody but Caddy is public, and every service has as little power as it needs.
settings: every variable that any of the files sets is one that auxcord knows, and `auxcord config check` accepts them together.
guides: every file, variable and command that the guides name exists.
"""

import ipaddress
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import yaml

import composed

ROOT = composed.DEPLOY.parent
GIVEN = {"DOMAIN": "music.example.com", "SPOTIFY_CLIENT_ID": "5fe01282e44241328a84e7c5cc169165"}
# What people fill in on a host's own pages, and what their databases bring.
ELSEWHERE = GIVEN | {
    "BASE_URL": "https://music.example.com",
    "DATABASE_URL": "postgres://auxcord:secret@db.internal:5432/auxcord",
    "PORT": "8001",
}


def hardened() -> str:
    names = set(re.findall(r"\$\{(\w+)", (composed.DEPLOY / "compose.yaml").read_text()))
    assert names == set(composed.dotenv_example()), f".env.example and compose.yaml differ: {names}"
    for name in ("DOMAIN", "SPOTIFY_CLIENT_ID"):
        try:
            composed.services(GIVEN | {name: ""})
        except AssertionError:
            continue
        raise AssertionError(f"a compose file without {name} is accepted")
    whole = composed.services(GIVEN)
    parts, networks = whole["services"], whole["networks"]
    assert [name for name, part in parts.items() if "ports" in part] == ["caddy"], "somebody else than Caddy is public"
    assert networks["back"]["internal"] is True and list(parts["postgres"]["networks"]) == ["back"], "the database is not shut in"
    assert "back" not in parts["caddy"]["networks"], "Caddy reaches the database"
    for name, part in parts.items():
        assert part["read_only"] is True and part["cap_drop"] == ["ALL"], name
        assert part["security_opt"] == ["no-new-privileges:true"] and part["restart"] == "unless-stopped", name
        assert not part.get("privileged") and "network_mode" not in part and "docker.sock" not in str(part), name
        assert set(part.get("secrets", [])) <= set(whole["secrets"]), f"{name} names a secret that is nowhere"
    assert {name: part["cap_add"] for name, part in parts.items() if "cap_add" in part} == {"caddy": ["NET_BIND_SERVICE"]}
    proxy = parts["caddy"]["networks"]["front"]["ipv4_address"]
    assert composed.environment(whole, "auxcord")["TRUSTED_PROXIES"] == proxy, "auxcord trusts another address than Caddy's"
    assert ipaddress.ip_address(proxy) in ipaddress.ip_network(networks["front"]["ipam"]["config"][0]["subnet"])
    waits = {name: set(part.get("depends_on", {})) for name, part in parts.items()}
    assert waits == {"auxcord": {"postgres"}, "postgres": set(), "caddy": {"auxcord"}}, waits
    for name, needed in waits.items():
        for one in needed:
            assert parts[name]["depends_on"][one] == {"condition": "service_healthy"} and "healthcheck" in parts[one], name
    secrets = {name: part["file"] for name, part in whole["secrets"].items()}
    for part in parts.values():
        for name, value in part.get("environment", {}).items():
            assert not re.search(r"(SECRET|PASSWORD|KEY|DATABASE_URL)$", name), f"a secret in the environment: {name}"
            if name.endswith("_FILE"):
                assert str(value).removeprefix("/run/secrets/") in part["secrets"], f"{name} is not handed to its service"
    return f"{len(parts)} services, {len(secrets)} secrets in files, one of them public"


def settings(binary: str) -> str:
    counts = {}
    for name, variables in sources().items():
        known = known_variables()
        unknown = [one for one in variables if one not in known]
        assert not unknown, f"{name} sets what auxcord does not know: {unknown}"
        with tempfile.TemporaryDirectory() as folder:
            checked(binary, name, filled(variables, Path(folder)), folder)
        counts[name] = len(variables)
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def sources() -> dict:
    """The variables that each file sets, with the values that it gives them; None where somebody else does."""
    render = yaml.safe_load((composed.DEPLOY / "render.yaml").read_text())
    fly = tomllib.loads((composed.DEPLOY / "fly.toml").read_text())
    return {
        "compose": composed.environment(composed.services(GIVEN), "auxcord"),
        "render": rendered(render),
        "fly": flown(fly),
        "systemd": united((composed.DEPLOY / "auxcord.service").read_text()),
        "image": imaged(),
    }


def rendered(whole: dict) -> dict:
    (service,), (database,) = whole["services"], whole["databases"]
    assert (service["type"], service["runtime"], service["healthCheckPath"]) == ("web", "docker", "/health")
    assert (ROOT / service["dockerfilePath"]).is_file() and (ROOT / service["dockerContext"]).is_dir()
    variables = {}
    for one in service["envVars"]:
        assert len(one) == 2, f"{one['key']} has two sources"
        if "fromDatabase" in one:
            assert one["fromDatabase"] == {"name": database["name"], "property": "connectionString"}
        else:
            assert "value" in one or one["sync"] is False, one["key"]
        variables[one["key"]] = str(one["value"]) if "value" in one else None
    return variables


def flown(whole: dict) -> dict:
    assert (composed.DEPLOY / whole["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"
    service = whole["http_service"]
    assert service["force_https"] is True and service["checks"][0]["path"] == "/health"
    assert str(service["internal_port"]) == whole["env"]["PORT"], "Fly looks for auxcord at another port"
    secrets = re.findall(r"^# fly secrets set (\w+)=", (composed.DEPLOY / "fly.toml").read_text(), re.M)
    return whole["env"] | {name: None for name in [*secrets, "DATABASE_URL"]}


def united(text: str) -> dict:
    lines = re.findall(r"^Environment=(.+)$", text, re.M)
    variables = dict(pair.split("=", 1) for line in lines for pair in shlex.split(line))
    return variables | {"BASE_URL": None, "SPOTIFY_CLIENT_ID": None}


def imaged() -> dict:
    (line,) = re.findall(r"^ENV (.+)$", (ROOT / "Dockerfile").read_text(), re.M)
    variables = dict(pair.split("=", 1) for pair in shlex.split(line))
    return variables | {"BASE_URL": None, "SPOTIFY_CLIENT_ID": None, "TOKEN_ENCRYPTION_KEY": None}


def known_variables() -> set:
    """Every variable of .env.example, which the suite holds against the table of settings."""
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))


def filled(variables: dict, folder: Path) -> dict:
    keyring = "k1:3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"
    values = {}
    for name, value in variables.items():
        if name.endswith("_FILE"):
            secret = {"TOKEN_ENCRYPTION_KEY_FILE": keyring, "DATABASE_URL_FILE": ELSEWHERE["DATABASE_URL"]}[name]
            (folder / name).write_text(secret)
            value = str(folder / name)
        elif value is None:
            value = keyring if name == "TOKEN_ENCRYPTION_KEY" else ELSEWHERE[name]
        values[name] = value.replace("%S", "/var/lib")
    return values


def checked(binary: str, name: str, values: dict, folder: str) -> None:
    done = subprocess.run([binary, "config", "check"], env=values, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{name}: {done.stderr}"
    notes = [line for line in done.stdout.splitlines() if line.startswith("note:")]
    assert not notes, f"{name}: {notes}"
    for variable, value in values.items():
        if value:
            assert f"# {variable} in the environment" in done.stdout, f"{name}: {variable} has no effect"
    assert re.search(r"^server.environment\s+prod\s", done.stdout, re.M), f"{name} is not for production"


def guides(binary: str) -> str:
    # Of Compose, of PostgreSQL and of the hosts.
    others = {"DOMAIN", "YOUR_CLIENT_ID", "CLUSTER_ID", "LICENSE", "END"}
    known = known_variables() | others
    pages = [*sorted((ROOT / "docs/deploy").glob("*.md")), ROOT / "docs/invite.md"]
    assert len(pages) >= 9, pages
    links = variables = commands = 0
    for page in pages:
        text = page.read_text()
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (page.parent / target).exists(), f"{page.name} leads to {target}, which is nowhere"
            links += 1
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
            headings = re.findall(r"^#+ (.+)$", ((page.parent / target) if target else page).read_text(), re.M)
            slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert anchor in slugs, f"{page.name} leads to {target}#{anchor}, which is nowhere"
        for name in re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)\b", text) + re.findall(r"`([A-Z]{4,})\b", text):
            assert name in known or name.removesuffix("_FILE") in known, f"{page.name} names {name}, which auxcord does not know"
            variables += 1
        for line in re.findall(r"(?:^|[`/ ])auxcord ((?:[a-z]+ ?)+)(?:[`\n]|$)", text, re.M):
            words = line.split()
            if words[0] in ("keyring", "users", "config", "serve", "health", "migrate", "keys", "clients"):
                done = subprocess.run([binary, *words, "--help"], env={}, capture_output=True, text=True)
                assert done.returncode == 0, f"{page.name}: there is no `auxcord {line}`"
                commands += 1
    assert min(links, variables, commands) > 5, (links, variables, commands)
    return f"{len(pages)} pages: {links} links, {variables} variables, {commands} commands"


def main() -> str:
    if sys.argv[1] == "hardened":
        return hardened()
    return {"settings": settings, "guides": guides}[sys.argv[1]](sys.argv[2])


print(main())
