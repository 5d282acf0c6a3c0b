"""Reads deploy/compose.yaml as Docker Compose would, as far as the file goes. Knows nothing of how its parts are run."""

import re
from pathlib import Path

import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def services(dotenv: dict) -> dict:
    """The whole file with its variables filled in, in every text of it."""
    return filled(yaml.safe_load((DEPLOY / "compose.yaml").read_text()), dotenv)


def filled(value, dotenv: dict):
    if isinstance(value, dict):
        return {name: filled(inner, dotenv) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, dotenv) for inner in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\$\{(\w+)(?::([-?])([^}]*))?\}", lambda found: substitute(found, dotenv), value)


def substitute(found: re.Match, dotenv: dict) -> str:
    name, kind, rest = found.groups()
    value = dotenv.get(name, "")
    if not value and kind == "?":
        raise AssertionError(f"{name}: {rest}")
    return value or (rest if kind == "-" else "")


def environment(whole: dict, service: str) -> dict:
    return {name: str(value) for name, value in whole["services"][service]["environment"].items()}


def dotenv_example() -> list[str]:
    """The names that deploy/.env.example explains."""
    return re.findall(r"^(?:# )?([A-Z_]+)=", (DEPLOY / ".env.example").read_text(), re.M)
