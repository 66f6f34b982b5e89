"""Orders to judge by: of conversions, and of JSON, one a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from bus.errors import ConfigurationError
from bus.intake.channels.definition import Channel
from bus.intake.converting import convert
from bus.intake.rules.comparing import Case
from bus.intake.rules.known import Context, account_of
from bus.intake.rules.reading import moment, record, text
from bus.intake.submission import Submission

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECEIVED = "intake.order_received"


def cases_of(
    channel: Channel, submission: Submission, account: str = ""
) -> Iterator[Case]:
    """What a submission comes to; parts of which no event is made are left out."""
    for part in convert(channel, submission):
        event = part.event
        if event is not None:
            about = Context(
                event_type=event.type,
                channel=channel.name,
                source=submission.instance,
                account=account_of(event.data, account),
                observed_at=submission.observed_at,
                noticed=part.findings,
            )
            yield Case(event.data, about)


def read_cases(lines: Iterable[str]) -> Iterator[Case]:
    """Orders of JSON texts, one a line: an event's data, or `{type, data}` around it.

    Raises:
        ConfigurationError: A line is none; says which.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, parse_float=str)
        except (ValueError, RecursionError) as error:
            raise ConfigurationError(f"line {number}: no JSON: {error}") from None
        if not isinstance(found, dict):
            raise ConfigurationError(f"line {number}: an object is expected")
        yield _case(found)


def _case(found: Mapping[str, object]) -> Case:
    inner = found.get("data")
    data = inner if isinstance(inner, dict) else dict(found)
    source = record(data.get("source"))
    about = Context(
        event_type=text(found.get("type")) or _RECEIVED,
        channel=text(data.get("channel")) or text(source.get("channel")),
        source=text(source.get("instance")),
        account=account_of(data),
        observed_at=moment(data.get("observed_at")) or _EPOCH,
        test=data.get("test") is True,
    )
    return Case(data, about)
