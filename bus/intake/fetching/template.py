"""URLs and headers to be filled in: `https://{setting.host}/orders/{order.id}`.

`{setting.NAME}` is a setting of the source, `{credential.NAME}` one of its credentials
(in headers only), anything else a field of the event that the message made. What comes
from a message is encoded so that it stays one part of the path; it never says where to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlsplit

_PLACE = re.compile(r"\{([a-z][A-Za-z0-9_.-]{0,99})\}")
_SETTING, _CREDENTIAL = "setting.", "credential."
_DOTS = frozenset({".", ".."})


class MissingError(Exception):
    """A value that a template needs is not there; says which."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places for values.

    Attributes:
        text: As it is written.
        names: What stands in its places, in order.
    """

    text: str
    names: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of an event that it needs."""
        return tuple(n for n in self.names if not n.startswith((_SETTING, _CREDENTIAL)))

    def url(self, settings: Mapping[str, str], fields: Mapping[str, str]) -> str:
        """The URL with these values.

        A setting it begins with may be an address with scheme and port; all else
        becomes one part of what it stands in.

        Raises:
            MissingError: A value is missing, or is none that a path can have.
        """

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith(_SETTING):
                text = _needed(settings, name.removeprefix(_SETTING), name)
                return text.rstrip("/") if found.start() == 0 else quote(text, safe="")
            text = _needed(fields, name, name)
            if text in _DOTS:
                raise MissingError(f"{name} is {text!r}, which no path can have")
            return quote(text, safe="")

        return _PLACE.sub(value, self.text)

    def text_of(self, values: Mapping[str, str]) -> str:
        """The text with these values, as they are.

        Raises:
            MissingError: A value is missing.
        """
        return _PLACE.sub(lambda found: _needed(values, found[1], found[1]), self.text)

    def header(
        self, settings: Mapping[str, str], credentials: Mapping[str, str]
    ) -> str:
        """The value of a header.

        Raises:
            MissingError: A value is missing.
        """

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith(_CREDENTIAL):
                return _needed(credentials, name.removeprefix(_CREDENTIAL), name)
            return _needed(settings, name.removeprefix(_SETTING), name)

        return _PLACE.sub(value, self.text)


def read_template(text: str) -> Template:
    """Read a template.

    Raises:
        ValueError: A brace stands alone; says so.
    """
    if set(_PLACE.sub("", text)) & {"{", "}"}:
        raise ValueError(f"{text!r}: a name in braces is expected, as {{order.id}}")
    return Template(text, tuple(found[1] for found in _PLACE.finditer(text)))


def fields_of(template: Template, data: Mapping[str, object]) -> dict[str, str]:
    """The fields of an event that a template needs, those that have a value."""
    found: dict[str, str] = {}
    for name in template.fields:
        value: object = data
        for step in name.split("."):
            inner = cast("Mapping[str, object]", value)
            value = inner.get(step) if isinstance(value, Mapping) else None
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            found[name] = str(value)
    return found


def host_of(url: str) -> str:
    """The host of a URL, with its port where it names one; small letters."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    return f"{host}:{port}" if port is not None else host


def _needed(values: Mapping[str, str], name: str, shown: str) -> str:
    value = values.get(name, "")
    if not value:
        raise MissingError(f"{shown} has no value")
    return value
