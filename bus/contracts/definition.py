"""A schema's text as JSON, and what it says of itself before anybody parses it."""

import json
from typing import cast

from bus.errors import ConfigurationError

# Parsing a schema this long takes seconds of everybody's time.
_MOST_CHARS = 1_000_000


def load(text: str) -> object:
    """Return the JSON of a schema's text.

    Raises:
        ConfigurationError: It is none, or too much of it.
    """
    if len(text) > _MOST_CHARS:
        raise ConfigurationError(f"{len(text)} characters are too many for a schema")
    try:
        return json.loads(text)
    except RecursionError:
        raise ConfigurationError("nested too deeply") from None
    except ValueError as error:
        raise ConfigurationError(f"not JSON: {error}") from None


def event_type_of(definition: object) -> str | None:
    """Any text: how ours are spelled, the catalogue says."""
    event_type = cast("dict[str, object]", definition).get("event_type")
    return event_type if isinstance(event_type, str) and event_type else None


def is_of_type(text: str, event_type: str) -> bool:
    """Whether this is the text of an event type's schema."""
    try:
        definition = load(text)
    except ConfigurationError:
        return False
    return isinstance(definition, dict) and event_type_of(definition) == event_type
