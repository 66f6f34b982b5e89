"""Reads the export of another webhook sender from a folder; writes what is made of it.

The export's files are answers of its API, as they came: lists of endpoints in any
`*.json`; beside them, for an endpoint, `ID.secret.json` and `ID.headers.json` of Svix;
lists of subscriptions of Convoy, which name their endpoints.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

import yaml

from bus.contracts.jsontext import read_json
from bus.errors import ConfigurationError, DecodeError
from bus.migration.importing import Export, Imported, lists_of

_MOST: Final = 64 << 20
_URLS: Final = frozenset({"url", "target_url"})


def read_export(folder: Path) -> Export:
    """All that a folder has of an export.

    Raises:
        ConfigurationError: It is none, or a file in it cannot be read.
    """
    endpoints: list[Mapping[str, object]] = []
    places: list[str] = []
    beside: dict[str, list[Mapping[str, object]]] = defaultdict(list)
    files = sorted(folder.glob("*.json"))
    for file in files:
        document = _read(file)
        owner, _, kind = file.name.removesuffix(".json").rpartition(".")
        if owner and kind in {"secret", "headers"} and isinstance(document, dict):
            beside[owner].append(cast("Mapping[str, object]", document))
            continue
        for number, one in enumerate(lists_of(document), 1):
            if _URLS & one.keys():
                endpoints.append(one)
                places.append(f"{file.name}, number {number}")
            elif name := _endpoint(one):
                beside[name].append(one)
    if not endpoints:
        raise ConfigurationError(f"{folder} has no *.json with a list of endpoints")
    return Export(endpoints, beside, places)


def _endpoint(subscription: Mapping[str, object]) -> str:
    """Whose subscription of Convoy's it is."""
    inner = subscription.get("endpoint_metadata")
    found = cast("Mapping[str, object]", inner) if isinstance(inner, dict) else {}
    name = subscription.get("endpoint_id") or found.get("uid")
    return name if isinstance(name, str) else ""


def _read(file: Path) -> object:
    try:
        if file.stat().st_size > _MOST:
            raise ConfigurationError(f"{file} is larger than {_MOST:,} bytes")
        return read_json(file.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    except DecodeError as error:
        raise ConfigurationError(f"{file}: {error}") from None


def read_types(file: Path) -> Mapping[str, str]:
    """New names of event types by old ones, of a YAML file.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        found: object = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise ConfigurationError(f"{file}: no YAML") from None
    if not isinstance(found, dict):
        raise ConfigurationError(f"{file}: expected old names and new: invoice.paid: …")
    pairs = cast("Mapping[object, object]", found)
    return {str(old): str(new) for old, new in pairs.items()}


def write_import(found: Sequence[Imported], folder: Path) -> Path:
    """Write `subscriptions.yaml`, and the secrets in files of their own beside it.

    Raises:
        ConfigurationError: The folder is there and not empty, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigurationError(f"{folder} is not empty; name another --out")
        entries = [_entry(one, folder) for one in found]
        file = folder / "subscriptions.yaml"
        text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot write {folder}: {error.strerror}") from None
    return file


def _entry(one: Imported, folder: Path) -> Mapping[str, object]:
    fields = dict(one.fields)
    if one.secret:
        fields["secret_file"] = _hidden(folder, f"{one.id}.secret", one.secret)
    if one.headers:
        fields["headers"] = {
            name: {"file": _hidden(folder, f"{one.id}.header-{at}", value)}
            for at, (name, value) in enumerate(one.headers.items(), 1)
        }
    return fields


def _hidden(folder: Path, name: str, text: str) -> str:
    """Write a file that its owner alone may read; return its name."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(folder / name, flags, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    return name
