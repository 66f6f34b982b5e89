"""May a proposed schema become the next version of an event type, and if not, why?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bus.contracts.codec import parse_schema
from bus.contracts.compatibility import DEFAULT_LEVEL, Level, check
from bus.contracts.conventions import faults
from bus.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong with a proposal: with our rules, and with its earlier versions."""

    faults: Sequence[str] = ()
    reasons: Sequence[str] = ()

    @property
    def good(self) -> bool:
        """Whether it may follow."""
        return not self.faults and not self.reasons


def judge_proposal(
    event_type: str,
    text: str,
    earlier: Sequence[tuple[str, str]],
    level: Level = DEFAULT_LEVEL,
) -> Judgement:
    """Judge a schema's text against (label, text) of versions, oldest first."""
    try:
        schema = parse_schema(text)
    except ConfigurationError as error:
        return Judgement((str(error),))
    found = list(faults(_path(event_type, text), text))
    if schema.event_type != event_type:
        found.insert(0, f"its event_type is {schema.event_type}, not {event_type}")
    try:
        return Judgement(tuple(found), check(text, earlier, level))
    except ConfigurationError as error:
        return Judgement((*found, str(error)))


def _path(event_type: str, text: str) -> str:
    """Where the file of such a schema stands."""
    return f"{event_type.partition('.')[0]}/{json.loads(text).get('name')}.avsc"
