"""A report as one HTML file, that needs nothing beside it."""

import json
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

_TEMPLATES = Path(__file__).parent / "templates"


def report_page(document: Mapping[str, object]) -> str:
    """The page of a report as `bus.migration.report` makes it; all of it escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html", "j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["body"] = pretty
    environment.filters["share"] = share
    return environment.get_template("report.html.j2").render(report=document)


def pretty(body: str) -> str:
    """A JSON body with a line a member; any other as it is."""
    try:
        return json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    except ValueError:
        return body


def share(bound: float | None) -> str:
    """A bound for people."""
    return "-" if bound is None else f"≤ {bound:.3%}"
