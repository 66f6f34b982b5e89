"""Sources as people write them: in YAML, on the command line, over HTTP.

They differ from the model in few things: `max_body: 2MiB` is a size, a secret and a
public key may stand in files (`secret_file`, `public_key_files`, a credential's
`{file: …}`), `path_secret: true` asks for one to be made, and nobody writes what the
bus keeps itself (state, times, digests). `pull_file` is a file of YAML with `pull`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from bus.contracts.yamltext import read_yaml
from bus.errors import ConfigurationError, InvalidSourceError
from bus.expected import among
from bus.intake.sources import Source, parse_source
from processors.sources.beside import Aside, aside
from processors.texts import text_in

Fields: TypeAlias = Mapping[str, object]
Problem: TypeAlias = tuple[str, str]

KEPT = frozenset(
    {
        "secrets",
        "public_keys",
        "path_secret",
        "old_path_secret",
        "old_path_until",
        "state",
        "state_reason",
        "created_at",
        "updated_at",
    }
)
"""Fields of the model that nobody declares as they are kept."""
_ONE_FILE = {"secret_file": "secret", "pull_file": "pull"}
_ASIDE = (*_ONE_FILE, "secret", "public_keys", "public_key_files", "path_secret")
WRITTEN = tuple(sorted({*(set(Source.model_fields) - KEPT), *_ASIDE}))
"""The names that may be written."""
_MERGED = ("settings", "labels", "answers", "file_headers")
_SIZE = re.compile(r"([0-9]{1,9})(B|KiB|MiB)?")
_BYTES = {None: 1, "B": 1, "KiB": 2**10, "MiB": 2**20}
_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A source as somebody wants it.

    Attributes:
        source: Without secrets and state.
        secret: What its submissions are signed with; None: as it is, or a new one.
        public_keys: Keys of the sender's, in PEM.
        path_secret: Whether a secret is to stand in the address; None: as the channel
            needs it.
    """

    source: Source
    secret: str | None = field(default=None, repr=False)
    public_keys: tuple[str, ...] = ()
    path_secret: bool | None = None


def read_drafts(text: str, folder: Path, named: str = "the file") -> list[Draft]:
    """Read a YAML file: a list of sources, or `sources:` with one.

    File names in it are relative to `folder`.

    Raises:
        InvalidSourceError: with every problem of all of them; fields read
            `<id or place>.<field>`.
        ConfigurationError: not YAML, or not a list.
    """
    return drafts_of(read_whole(text, folder, named))


def drafts_of(entries: Sequence[Fields]) -> list[Draft]:
    """Make drafts of written fields, without names of files.

    Raises:
        InvalidSourceError: with every problem of all of them.
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for place, entry in enumerate(entries, 1):
        name = str(entry.get("id", f"#{place}"))
        try:
            drafts.append(draft(entry))
        except InvalidSourceError as error:
            problems += [(f"{name}.{where}", why) for where, why in error.problems]
    ids = [one.source.id for one in drafts]
    problems += [
        (f"{i}.id", "is there twice") for i in {i for i in ids if ids.count(i) > 1}
    ]
    _raise(problems)
    return drafts


def read_whole(text: str, folder: Path, named: str = "the file") -> list[Fields]:
    """What a YAML file declares, the texts of all files that it names in their place.

    `named` is how people call the file.

    Raises:
        InvalidSourceError: a file cannot be read.
        ConfigurationError: not YAML, or not a list.
    """
    try:
        loaded = read_yaml(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{named}: {error}") from None
    if isinstance(loaded, dict) and set(loaded) == {"sources"}:
        loaded = loaded["sources"]
    if loaded is None:
        return []
    if not isinstance(loaded, list) or not all(isinstance(e, dict) for e in loaded):
        why = "expected `sources:` with a list, each a mapping: id, channel, …"
        raise ConfigurationError(f"{named}: {why}")
    return [whole(cast("Fields", entry), folder) for entry in loaded]


def whole(fields: Fields, folder: Path) -> Fields:
    """Written fields without names of files: as somebody takes them who has none.

    Raises:
        InvalidSourceError: a file cannot be read.
    """
    told = dict(fields)
    problems: list[Problem] = []

    def text_of(name: str, value: object) -> str:
        try:
            return text_in(str(value), folder, most=_MOST_BYTES).strip()
        except ConfigurationError as error:
            problems.append((name, str(error)))
        return ""

    _read_into(told, text_of)
    if "pull_file" in fields:
        told["pull"] = _mapping(str(told["pull"]), problems)
    if isinstance(told.get("max_body"), str):
        told["max_body"] = _size(told["max_body"], problems)
    if isinstance(fetch := told.get("fetch"), dict):
        told["fetch"] = _with_credentials(fetch, text_of)
    _raise(problems)
    return told


def _read_into(told: dict[str, object], text_of: Callable[[str, object], str]) -> None:
    """Put the texts of files in the place of their names."""
    for name, of in _ONE_FILE.items():
        if name in told:
            told[of] = text_of(name, told.pop(name))
    if isinstance(files := told.pop("public_key_files", None), str | list):
        names = [files] if isinstance(files, str) else files
        told["public_keys"] = [text_of("public_key_files", one) for one in names]


def _with_credentials(
    fetch: dict[str, object], text_of: Callable[[str, object], str]
) -> dict[str, object]:
    """The same, credentials that stand in files in their place."""
    given = fetch.get("credentials")
    if not isinstance(given, dict):
        return fetch
    credentials = {
        name: text_of(f"fetch.credentials.{name}", value["file"])
        if isinstance(value, dict) and set(value) == {"file"}
        else value
        for name, value in given.items()
    }
    return {**fetch, "credentials": credentials}


def _mapping(text: str, problems: list[Problem]) -> object:
    """What a text of YAML says, if it is a mapping."""
    try:
        said = read_yaml(text)
    except ConfigurationError as error:
        problems.append(("pull_file", str(error)))
        return None
    if not isinstance(said, dict) and not problems:
        problems.append(("pull_file", "expected a mapping, in YAML"))
    return said


def draft(fields: Fields) -> Draft:
    """Make a draft of written fields.

    Raises:
        InvalidSourceError: with every problem.
    """
    model, aside, problems = _split(fields)
    source = _parsed(model, problems)
    return Draft(source, *aside)


def changing(fields: Fields) -> Callable[[Source], Source]:
    """Make a change of written fields; all others stay as they are.

    Settings, labels, headers and answers that are given join those there are; an empty
    value takes one away.

    Raises:
        InvalidSourceError: with every problem, now or by the change.
    """
    model, _, problems = _split(fields)
    _raise(problems)

    def change(old: Source) -> Source:
        new = dict(model)
        for name in _MERGED:
            given = new.get(name)
            if isinstance(given, Mapping):
                kept = old.model_dump()[name]
                joined = {**kept, **given}
                new[name] = {k: v for k, v in joined.items() if v not in {"", None}}
        if isinstance(fetch := new.get("fetch"), Mapping) and old.fetch is not None:
            kept, held = old.fetch.model_dump(), old.fetch.credentials
            given = fetch.get("credentials") or {}
            credentials = {**held, **given} if isinstance(given, Mapping) else given
            new["fetch"] = {**kept, **fetch, "credentials": credentials}
        changed = _parsed({**old.model_dump(), **new}, [])
        if changed.id != old.id:
            raise InvalidSourceError("id", "cannot be changed")
        return changed

    return change


def _split(fields: Fields) -> tuple[dict[str, object], Aside, list[Problem]]:
    """The model's fields, what stands beside them, and what is wrong."""
    model: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value in fields.items():
        if name in _ASIDE:
            continue
        if name == "max_body":
            model[name] = _size(value, problems)
        elif name not in WRITTEN:
            problems.append((name, _unknown(name)))
        else:
            model[name] = value
    return model, aside(fields, problems), problems


def _size(value: object, problems: list[Problem]) -> object:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    found = _SIZE.fullmatch(str(value))
    if found is None:
        problems.append(("max_body", "expected a size such as 512KiB or 2MiB"))
        return None
    return int(found[1]) * _BYTES[found[2]]


def _unknown(name: str) -> str:
    if name in KEPT:
        return "is kept by the bus and cannot be declared"
    return f"no such field; {among(name, WRITTEN)}"


def _parsed(model: Fields, problems: list[Problem]) -> Source:
    try:
        source = parse_source(model)
    except InvalidSourceError as error:
        problems = [*problems, *error.problems]
    else:
        if not problems:
            return source
    first, *more = problems
    raise InvalidSourceError(*first, *more)


def _raise(problems: Sequence[Problem]) -> None:
    if problems:
        first, *more = problems
        raise InvalidSourceError(*first, *more)
