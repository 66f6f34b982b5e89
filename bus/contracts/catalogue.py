"""The catalogue of all event types.

An event type is one schema file, `<family>/<RecordName>.avsc`: its `event_type` says
`<family>.<what happened>`, its topic is `oms.<family>`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import PurePosixPath

from bus.contracts.codec import Schema, parse_schema
from bus.errors import ConfigurationError, EventTypeNotFoundError

_EVENT_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class Catalogue:
    """All event types: their schemas, topics and registry subjects."""

    def __init__(self, schemas: Mapping[str, Schema], topic_prefix: str) -> None:
        self._schemas = dict(sorted(schemas.items()))
        self._topic_prefix = topic_prefix

    @classmethod
    def of(
        cls, files: Iterable[tuple[str, str]], topic_prefix: str = "oms."
    ) -> "Catalogue":
        """Build it from (path, text) of each schema file.

        Raises:
            ConfigurationError: Naming the file: not a valid schema, no or a taken
                `event_type`, or a family that is not the folder's name.
        """
        schemas: dict[str, Schema] = {}
        places: dict[str, str] = {}
        for path, text in sorted(files):
            schema = _parse_file(path, text)
            event_type = str(schema.event_type)
            if event_type in schemas:
                raise ConfigurationError(
                    f"{path}: event_type {event_type} is {places[event_type]}'s already"
                )
            schemas[event_type], places[event_type] = schema, path
        return cls(schemas, topic_prefix)

    def schema(self, event_type: str) -> Schema:
        """Return the schema of an event type.

        Raises:
            EventTypeNotFoundError: There is none such; names a similar one.
        """
        schema = self._schemas.get(event_type)
        if schema is None:
            near = get_close_matches(event_type, self._schemas, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise EventTypeNotFoundError("type", f"no event type {event_type!r}{hint}")
        return schema

    def topic(self, event_type: str) -> str:
        """Return the source topic of an event type, `oms.order`."""
        return f"{self._topic_prefix}{self.schema(event_type).family}"

    def subject(self, event_type: str) -> str:
        """Return the registry subject, by Confluent's TopicRecordNameStrategy."""
        return f"{self.topic(event_type)}-{self.schema(event_type).full_name}"

    @property
    def topics(self) -> tuple[str, ...]:
        """The source topics, sorted."""
        return tuple(sorted({self.topic(event_type) for event_type in self._schemas}))

    @property
    def event_types(self) -> tuple[str, ...]:
        """The event types, sorted."""
        return tuple(self._schemas)

    def __iter__(self) -> Iterator[Schema]:
        """The schemas, by event type."""
        return iter(self._schemas.values())

    def __len__(self) -> int:
        """How many event types there are."""
        return len(self._schemas)

    def __contains__(self, event_type: object) -> bool:
        """Is there such an event type?"""
        return event_type in self._schemas


@lru_cache(maxsize=512)
def _parse_file(path: str, text: str) -> Schema:
    """Read a file's schema; a program has several catalogues of the same files."""
    try:
        schema = parse_schema(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    event_type = json.loads(text).get("event_type")
    if event_type is None:
        raise ConfigurationError(f'{path}: no "event_type" at its top level')
    if schema.event_type is None or not _EVENT_TYPE.fullmatch(schema.event_type):
        raise ConfigurationError(
            f"{path}: event_type {event_type!r} is not <family>.<what_happened> in "
            "small letters"
        )
    folder = PurePosixPath(path).parent.name
    if schema.family != folder:
        raise ConfigurationError(
            f"{path}: event_type {schema.event_type} belongs in the folder "
            f"{schema.family}/, not {folder or '.'}/"
        )
    return schema
