"""What is written, a file for each of the gateway's: types, calls, awaited calls."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from textwrap import fill

from processors.gateway.matching import names_in
from processors.gateway.paths import NAMES
from processors.gateway.routes import JSON, Route
from processors.gateway.table import ROUTES
from tests.api_client.described import Described, references, room, type_of

_HEAD = "# Written from the table of routes by `make client`, not by hand."
_NO_CONTENT = 204
FACES = ("calls", "async_calls")


def write_all(to: Path, routes: Sequence[Route] = ROUTES) -> None:
    """Write the three folders, in the form that the formatter gives them."""
    described = Described(routes)
    pages = {"models": partial(_models, described)}
    pages |= {face: partial(_calls, described, face) for face in FACES}
    for folder, page in pages.items():
        shutil.rmtree(to / folder, ignore_errors=True)
        (to / folder).mkdir(parents=True)
        for here in described.rooms:
            _write(to / folder / f"{here}.py", page(here))
    _write(to / "models" / "__init__.py", _models_index(described))
    for face in FACES:
        _write(to / face / "__init__.py", _calls_index(described, face))
    config = Path(__file__).parents[2] / "pyproject.toml"
    folders = [str(to / folder) for folder in pages]
    ruff = [sys.executable, "-m", "ruff"]
    for step in (["check", "-q", "--fix", "--select", "I,F401"], ["format", "-q"]):
        subprocess.run([*ruff, *step, "--config", str(config), *folders], check=True)  # noqa: S603 - our own words


def _write(path: Path, lines: Iterator[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def method(operation: str) -> str:
    """The method of an operation: `listJobs` is `list_jobs`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


# --- types


def _models(described: Described, here: str) -> Iterator[str]:
    names = [name for name, home in described.homes.items() if home == here]
    yield f'"""What is sent and answered: {_spaced(here)}."""'
    yield _HEAD
    yield "from collections.abc import Mapping, Sequence"
    yield "from typing import Literal, NotRequired, TypeAlias, TypedDict"
    inner = {one for name in names for one in references(described.schemas[name])}
    yield from _imports(described, sorted(inner), but=here)
    for name in names:
        yield from _model(described, name)


def _model(described: Described, name: str) -> Iterator[str]:
    schema = described.schemas[name]
    meaning = str(schema.get("description", ""))
    yield "\n"
    if "properties" not in schema and schema.get("type") != "object":
        yield f'{name}: TypeAlias = "{type_of(schema)}"'
        yield f'"""{meaning}"""'
        return
    yield f"class {name}(TypedDict):"
    yield _docstring(meaning, "    ")
    needed = schema.get("required", [])
    for field, inner in described.fields(name).items():
        kind = type_of(inner)
        if name in described.sent and isinstance(needed, list) and field not in needed:
            kind = f"NotRequired[{kind}]"
        yield f"    {field}: {kind}"


def _models_index(described: Described) -> Iterator[str]:
    names = sorted(described.homes)
    yield '"""What is sent and answered, as dictionaries with types."""'
    yield _HEAD
    yield from _imports(described, names)
    # A name a line would be the longest file of all.
    named = fill(", ".join(f'"{name}"' for name in names), 86)
    yield f"# fmt: off\n__all__ = [\n{named},\n]"


def _imports(
    described: Described, names: Sequence[str], but: str = ""
) -> Iterator[str]:
    for there in described.rooms:
        spoken = [name for name in names if described.homes[name] == there != but]
        if spoken:
            yield f"from bus.api.models.{there} import {', '.join(spoken)}"


# --- calls


def _calls(described: Described, face: str, here: str) -> Iterator[str]:
    base = _base(face)
    routes = [route for route in described.routes if room(route) == here]
    words = sorted({name for route in routes for name in _spoken(described, route)})
    yield f'"""What can be asked for: {_spaced(here)}."""'
    yield _HEAD
    yield "from collections.abc import Mapping, Sequence"
    yield "from typing import Literal, TypeAlias"
    yield f"from bus.api.asking import {base}, {_pages(face)}, Versioned, fresh_key"
    yield "from bus.api.exchange import Call, segment"
    yield from _imports(described, words)
    for route in routes:
        for name, kind, _ in described.parameters(route):
            if kind.startswith("Literal"):
                yield f"{_words(route, name)}: TypeAlias = {kind}"
    yield "\n"
    yield f"class {_class(here)}({base}):"
    yield f'    """What can be asked for: {_spaced(here)}."""'
    for route in routes:
        yield ""
        yield from _call(described, face, route)


def _spoken(described: Described, route: Route) -> Iterator[str]:
    for model in (route.body, route.answer):
        if model is not None and not (
            model is route.answer and described.row_of(route)
        ):
            yield model.__name__
    if row := described.row_of(route):
        yield row


def _call(described: Described, face: str, route: Route) -> Iterator[str]:
    kind, way, answer = _way(described, route)
    awaits = face != FACES[0] and way != "_pages"
    shown = f"{_pages(face)}[{kind}]" if way == "_pages" else answer
    sent = ", ".join(_parameters(described, route))
    yield f"    {'async ' * awaits}def {method(route.operation)}({sent}) -> {shown}:"
    yield f'        """{route.summary}\n'
    yield f"        {route.method} `{route.path}`"
    if route.scope:
        yield f"        with a key of scope `{route.scope.value}`"
    yield '        """'
    arguments = [repr(route.method), _path(route), *_given(described, route)]
    asked = f"{'await ' * awaits}self.{way}(Call[{kind}]({', '.join(arguments)}))"
    yield f"        {'' if answer == 'None' else 'return '}{asked}"


def _way(described: Described, route: Route) -> tuple[str, str, str]:
    """The type of a call, which step asks it, and what the method returns."""
    if row := described.row_of(route):
        return row, "_pages", row
    if route.answer is None:
        if route.status == _NO_CONTENT:
            return "str", "_text", "None"
        if JSON not in route.media_types:
            return "str", "_text", "str"
        return "Mapping[str, object]", "_ask", "Mapping[str, object]"
    name = route.answer.__name__
    return (
        (name, "_versioned", f"Versioned[{name}]")
        if route.etag
        else (name, "_ask", name)
    )


def _parameters(described: Described, route: Route) -> Iterator[str]:
    yield "self"
    for name in names_in(route.path):
        yield f"{name}: {'int' if NAMES[name].example.isdigit() else 'str'}"
    if route.body is not None:
        body = route.body.__name__
        yield f"body: {body}" + " | None = None" * route.optional_body
    query = list(described.parameters(route))
    if query or route.if_match != "none" or route.idempotent:
        yield "*"
    for name, kind, needed in query:
        short = _words(route, name) if kind.startswith("Literal") else kind
        yield f"{name}: {short}" + ("" if needed else " | None = None")
    if route.if_match != "none":
        yield "if_match: str" + " | None = None" * (route.if_match == "may")
    if route.idempotent:
        yield "idempotency_key: str | None = None"


def _given(described: Described, route: Route) -> Iterator[str]:
    names = [name for name, _, _ in described.parameters(route)]
    if names:
        yield f"query={{{', '.join(f'{name!r}: {name}' for name in names)}}}"
    if route.body is not None:
        yield "body=body"
    if route.if_match != "none":
        yield "if_match=if_match" + ' or ""' * (route.if_match == "may")
    if route.idempotent:
        yield "key=fresh_key(idempotency_key)"


def _path(route: Route) -> str:
    names: Mapping[str, str] = {n: f"{{segment({n})}}" for n in names_in(route.path)}
    return f"{'f' * bool(names)}{route.path.format(**names)!r}"


def _calls_index(described: Described, face: str) -> Iterator[str]:
    yield '"""Everything that can be asked for."""'
    yield _HEAD
    for here in described.rooms:
        yield f"from bus.api.{face}.{here} import {_class(here)}"
    yield "\n"
    bases = ", ".join(_class(here) for here in described.rooms)
    yield f"class {'Async' * (face != FACES[0])}Calls({bases}):"
    yield '    """All calls of the API, by the names of its operations."""'


def _words(route: Route, name: str) -> str:
    """The name of the type of a parameter that is one of some words."""
    return route.operation[:1].upper() + route.operation[1:] + name.capitalize()


def _class(here: str) -> str:
    return "".join(word.capitalize() for word in here.split("_")) + "Calls"


def _spaced(here: str) -> str:
    return here.replace("_", " ")


def _base(face: str) -> str:
    return "Sync" if face == FACES[0] else "Async"


def _pages(face: str) -> str:
    return "Pages" if face == FACES[0] else "AsyncPages"


def _docstring(text: str, indent: str) -> str:
    first, _, rest = text.partition("\n")
    lines = [line if not line else indent + line for line in rest.split("\n")]
    return (
        f'{indent}"""{first}'
        + ("\n" + "\n".join(lines) + f"\n{indent}" if rest else "")
        + '"""'
    )
