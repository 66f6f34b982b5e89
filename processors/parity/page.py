"""A report as one HTML file, that needs nothing beside it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_TEMPLATES = Path(__file__).parent / "templates"


def report_page(document: Mapping[str, object]) -> str:
    """The page of a report as `bus.migration.report` makes it; all of it escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html", "j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=clean,
    )
    environment.filters["body"] = pretty
    environment.filters["share"] = share
    return environment.get_template("report.html.j2").render(report=document)


def clean(value: object) -> object:
    """Texts without what moves a terminal's cursor, should one show the file."""
    if isinstance(value, str):
        return type(value)(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", value))
    return value


def pretty(body: str) -> str:
    """A JSON body with a line a member; any other as it is."""
    try:
        return json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body


def share(bound: float | None) -> str:
    """A bound for people."""
    return "-" if bound is None else f"≤ {bound:.3%}"
