"""Templates: loaded once, escaped always, strict about what they read."""

import re
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket, BytecodeCache
from pydantic import BaseModel
from typing_extensions import override

from bus.delivery.wording import answered, brief, followed, held
from processors.web import wording
from processors.web.assets import Assets
from processors.web.commands import narrowed, quoted, shell, sifted
from processors.web.frame import Frame
from processors.web.pages import Page

_LATIN = 0xFF
_TEMPLATES = Path(__file__).parent / "templates"
HTML = "text/html; charset=utf-8"
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and marks that turn the direction of other people's text."""


class _Compiled(BytecodeCache):
    """Each template is compiled once a process, however many sites there are in it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class Renderer:
    """Makes pages of templates."""

    def __init__(
        self, assets: Assets, pages: Sequence[Page], trace_url: str = ""
    ) -> None:
        there = {page.path for page in pages}
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=_COMPILED,
        )
        self._environment.globals |= {
            "answered": _answered,
            "asset": assets.url,
            "brief": brief,
            "href": href,
            "linked": linked,
            "narrowed": narrowed,
            "quoted": quoted,
            "shell": shell,
            "sifted": sifted,
            "traced": partial(traced, trace_url),
            "to": partial(_to, there),
        }
        for filtering in (
            *(wording.count, wording.rate, wording.percent, wording.millis),
            *(wording.span, wording.moment, wording.moment_us, wording.marked),
            *(wording.ago, brief, followed, held),
        ):
            self._environment.filters[filtering.__name__] = filtering

    def compile(self) -> None:
        """Read all templates, so that nobody waits for it; takes a moment."""
        for name in self._environment.list_templates(extensions=("j2",)):
            self._environment.get_template(name)

    def page(self, template: str, view: object, frame: Frame) -> bytes:
        """A page; its template reads `view` and `frame`, nothing else."""
        found = self._environment.get_template(template)
        return seen(found.render(view=view, frame=frame)).encode()


def seen(text: str) -> str:
    """The text; what nobody would see in it is an escape, such as that of U+202E."""
    return _UNSEEN.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= _LATIN else f"\\u{code:04x}"


class _Tried(Protocol):
    """An attempt, or a hop without one, wherever it was read."""

    @property
    def number(self) -> int | None: ...
    @property
    def status(self) -> int | None: ...
    @property
    def detail(self) -> str: ...


def _answered(row: _Tried) -> str:
    return answered(row.number, row.status, row.detail)


def traced(template: str, trace_id: str) -> str:
    """Where a trace is to be seen; empty where nobody has said."""
    return template.replace("{trace_id}", trace_id)


def _to(there: Collection[str], path: str, **query: str | float | None) -> str:
    """The address of a page of the table; empty where there is none."""
    return href(*path.split("/"), **query) if f"/{path}" in there else ""


def href(*path: str, **query: str | float | None) -> str:
    """The address of a page: parts of its path, and what is asked for of it."""
    parts = "/".join(quote(part, safe="") for part in path)
    given = {name: value for name, value in query.items() if value not in {None, ""}}
    return f"/ui/{parts}" + (f"?{urlencode(given)}" if given else "")


def linked(path: str, query: BaseModel, **changes: str | float | None) -> str:
    """The same list with another order, filter or page: its state is in the URL."""
    usual = {name: one.default for name, one in type(query).model_fields.items()}
    said = {**query.model_dump(), **changes}
    given = {name: value for name, value in said.items() if value != usual.get(name)}
    return f"/ui/{path}" + (f"?{urlencode(given, doseq=True)}" if given else "")
