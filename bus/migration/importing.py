"""Endpoints as Svix and Convoy export them, as subscriptions to be applied.

Both answer lists of endpoints over their APIs; what they say is taken where there is a
place for it, and what is left is said. Secrets stay apart from all that is shown.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from bus.errors import ConfigurationError

Fields: TypeAlias = Mapping[str, object]
_WHSEC, _SHORTEST, _LONGEST = "whsec_", 24, 64
_DURATION: Final = re.compile(r"(\d+)(s|m|h|)")
_SECONDS: Final = MappingProxyType({"s": 1, "m": 60, "h": 3_600, "": 1})


class Sender(StrEnum):
    """Whose export it is."""

    SVIX = "svix"
    CONVOY = "convoy"


@dataclass(slots=True)
class Imported:
    """A subscription as it is declared, its secrets apart, and what is not carried.

    Values of headers are secrets, too: many of them sign in.
    """

    fields: dict[str, object]
    secret: str = field(default="", repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    notes: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.fields["id"])

    def pause(self, state: str) -> None:
        """Let it start paused, as it does not deliver where it comes from."""
        self.fields["starts"] = "paused"
        self.notes.append(f"it is {state} there, and starts paused: resume it")


@dataclass(frozen=True, slots=True)
class Export:
    """What the files of an export hold: endpoints, and what is said of each beside.

    `beside` has further answers by endpoint id: secrets, headers, subscriptions.
    """

    endpoints: Sequence[Fields]
    beside: Mapping[str, Sequence[Fields]]
    places: Sequence[str] = ()
    """Where each endpoint stands, for people: `endpoints.json, number 3`."""

    def place(self, number: int) -> str:
        """Where the endpoint with this number stands."""
        return self.places[number] if self.places else f"number {number + 1}"


def import_from(
    sender: Sender, export: Export, types: Mapping[str, str], known: Iterable[str]
) -> Sequence[Imported]:
    """All endpoints of an export; `types` are new names of event types by old ones.

    Raises:
        ConfigurationError: An endpoint has no URL, or two would have one id.
    """
    read = _READS[sender]
    there = frozenset(known)
    found: dict[str, tuple[str, Imported]] = {}
    for number, endpoint in enumerate(export.endpoints):
        place = export.place(number)
        try:
            one = read(endpoint, export.beside.get(_text(endpoint, *_IDS), ()))
            _name_types(one, types, there)
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}: {error}") from None
        if one.id in found:
            both = f"{found[one.id][0]}, and {place}"
            raise ConfigurationError(f"two endpoints would be called {one.id}: {both}")
        found[one.id] = place, one
    return [one for _, one in found.values()]


_IDS: Final = ("id", "uid")


def _svix(endpoint: Fields, beside: Sequence[Fields]) -> Imported:
    made = _begun(endpoint, ("uid", "id"), ("url",), ("description",))
    made.fields["types"] = _texts(endpoint.get("filterTypes"))
    if channels := _texts(endpoint.get("channels")):
        made.notes.append(f"channels {', '.join(channels)}: write a filter for them")
    if endpoint.get("disabled") is True:
        made.pause("disabled")
    _rate(made, endpoint.get("rateLimit"), 1)
    for one in beside:
        if isinstance(key := one.get("key"), str):
            _secret(made, key)
        if isinstance(headers := one.get("headers"), dict):
            made.headers = {str(k): str(v) for k, v in headers.items()}
        if hidden := _texts(one.get("sensitive")):
            made.notes.append(f"headers {', '.join(hidden)}: the export hides them")
    return made


def _convoy(endpoint: Fields, beside: Sequence[Fields]) -> Imported:
    made = _begun(
        endpoint, ("name", "title", "uid"), ("url", "target_url"), ("description",)
    )
    types: list[str] = []
    for one in beside:
        config = one.get("filter_config")
        found = cast("Fields", config) if isinstance(config, dict) else {}
        types += _texts(found.get("event_types"))
        if _says(found.get("filter")):
            made.notes.append("its subscription has a filter: write it anew")
    made.fields["types"] = (
        sorted({x for x in types if x != "*"}) if "*" not in types else []
    )
    if endpoint.get("status") not in {None, "", "active"}:
        made.pause(f"{endpoint['status']!s:.40}")
    _rate(
        made, endpoint.get("rate_limit"), _seconds(endpoint.get("rate_limit_duration"))
    )
    secrets = [x for x in _list(endpoint.get("secrets")) if not x.get("expires_at")]
    if secrets:
        _secret(made, _text(secrets[-1], "value"))
    if endpoint.get("authentication"):
        made.notes.append("it signs in with a header: add it with --header")
    made.notes.append("verifies X-Convoy-Signature: has to verify webhook-signature")
    return made


_READS: Final[Mapping[Sender, Callable[[Fields, Sequence[Fields]], Imported]]] = (
    MappingProxyType({Sender.SVIX: _svix, Sender.CONVOY: _convoy})
)


def _begun(
    endpoint: Fields, names: Sequence[str], urls: Sequence[str], about: Sequence[str]
) -> Imported:
    url = _text(endpoint, *urls)
    if not url:
        named = f" {_text(endpoint, *_IDS)!r:.60}" if _text(endpoint, *_IDS) else ""
        raise ConfigurationError(f"endpoint{named} has no URL")
    made = Imported({"id": _id(_text(endpoint, *names)), "url": url})
    if said := _text(endpoint, *about):
        made.fields["description"] = " ".join(said.split())[:200]
    return made


def _name_types(
    made: Imported, types: Mapping[str, str], known: frozenset[str]
) -> None:
    """Types by their new names; what nobody knows is left out, and said."""
    wanted = cast("list[str]", made.fields["types"])
    named = [types.get(one, one) for one in wanted]
    pairs = list(zip(wanted, named, strict=True))
    strange = [one for one, new in pairs if not _is_known(new, known)]
    made.fields["types"] = sorted({new for _, new in pairs if _is_known(new, known)})
    if not wanted:
        made.fields["types"] = ["*"]
    elif not made.fields["types"]:
        raise ConfigurationError(
            f"{made.id}: none of its event types is known here ({', '.join(strange)}); "
            "name them in --types"
        )
    if strange:
        made.notes.append(
            f"event types {', '.join(strange)}: nothing here is called so"
        )


def _is_known(name: str, known: frozenset[str]) -> bool:
    """Whether it is an event type, or a family of some: `order.*`."""
    if not name.endswith(".*"):
        return name in known
    return any(one.startswith(name[:-1]) for one in known)


def _rate(made: Imported, limit: object, seconds: int) -> None:
    if isinstance(limit, int) and limit > 0:
        rate = max(round(limit / max(seconds, 1), 3), 0.001)
        made.fields["rate"] = int(rate) if rate.is_integer() else rate


def _seconds(said: object) -> int:
    found = _DURATION.fullmatch(str(said or ""))
    return int(found[1]) * _SECONDS[found[2]] if found else 1


def _secret(made: Imported, text: str) -> None:
    """A secret as it is, or one whose bytes are the text's, where they fit."""
    if text.startswith(_WHSEC):
        made.secret = text
    elif _SHORTEST <= len(raw := text.encode()) <= _LONGEST:
        made.secret = _WHSEC + b64encode(raw).decode()
        made.notes.append(
            "its secret has another form now: whsec_ and its bytes in base64"
        )
    else:
        made.notes.append("its secret is too short or too long: a new one is made")


def _id(text: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")
    return made if len(made) > 1 else f"endpoint-{made or 'unnamed'}"


def _text(fields: Fields, *names: str) -> str:
    texts = (fields.get(name) for name in names)
    return next((x for x in texts if isinstance(x, str) and x), "")


def _texts(value: object) -> list[str]:
    return [str(x) for x in value] if isinstance(value, list) else []


def _says(value: object) -> bool:
    """Whether something is said in it: Convoy has empty filters."""
    if isinstance(value, dict):
        return any(_says(x) for x in cast("Fields", value).values())
    return bool(value)


def _list(value: object) -> list[Fields]:
    if not isinstance(value, list):
        return []
    return [cast("Fields", x) for x in value if isinstance(x, dict)]


def lists_of(document: object) -> list[Fields]:
    """The entries of a list as either API answers it: plain, `data`, `data.content`."""
    while isinstance(document, dict):
        inner = cast("Fields", document)
        document = inner.get("content", inner.get("data"))
    return _list(document)
