"""What is deployed beside the bus, as the tests read it: rules, dashboard, runbook."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = ROOT / "docker-compose.kafka.yml"
DASHBOARD = DEPLOY / "grafana" / "orderbus.json"
ALERTS = DEPLOY / "alerts.yml"
Tree: TypeAlias = Mapping[str, object]


def yaml_of(path: Path) -> Tree:
    """A file of YAML."""
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(tree, dict)
    return tree


def walk(node: object) -> Iterator[tuple[str, object]]:
    """Every key and value below a node of YAML or JSON."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key), value
            yield from walk(value)
    elif isinstance(node, list):
        for item in node:
            yield from walk(item)


def metrics_in(text: str) -> set[str]:
    """The metrics that an expression asks for."""
    return {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for name in re.findall(r"\borderbus_[a-z_]+", text)
    }


def expressions(path: Path) -> list[str]:
    """All expressions of a file of rules or panels."""
    text = path.read_text(encoding="utf-8")
    tree = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    return [str(value) for key, value in walk(tree) if key in {"expr", "query"}]


def sections() -> Mapping[str, str]:
    """What the runbook says, by anchor."""
    runbook = (DEPLOY / "runbook.md").read_text(encoding="utf-8")
    return {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-"): body
        for title, body in re.findall(
            r"^## (.+)\n((?:(?!## ).*\n)*)", runbook, re.MULTILINE
        )
    }
