"""`python -m tests.fuzz.native --minutes 10`: the native part beside the Python.

Random schemas, and records that are whole, odd or damaged: it gives the same bytes as
the Python, or leaves them to it. What differs is told with the seed that repeats it.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from bus.contracts.codec import Schema, decode, parse_schema
from bus.contracts.writers import Writer
from bus.errors import ConfigurationError, DecodeError
from bus.event import Event
from bus.native.loading import core, told
from bus.native.reading import LazyData, json_body, read
from bus.webhook.document import outline
from bus.webhook.rendering import render_outline
from tests.fuzz import giving, heads
from tests.fuzz.hostile import Maker

_BODIES = 20
_SUBJECTS = ["order-1", "EUR", "ü", '"', "A"]
_MOMENT = datetime(2026, 11, 28, 12, tzinfo=UTC)


def check(schema: Schema, body: bytes, event: Event) -> str:
    """Hold one record to the promise; return what became of it.

    Raises:
        AssertionError: the two differ.
    """
    try:
        data = decode(schema, body)
    except DecodeError as error:
        expected = in_words(error)
        assert _refusal(schema, body) == expected, (body.hex(), expected)
        return "refused"
    _, found = read(Writer((schema,), union=False), body)
    if type(found) is not LazyData:
        return "left to Python"
    moments = [_MOMENT, data.get("occurred_at")]
    for time_ in [m for m in moments if isinstance(m, datetime) and m.tzinfo is UTC]:
        plain = replace(event, time=time_, data=data)
        wanted = render_outline(outline(plain))
        got = json_body(replace(plain, data=found))
        assert got == wanted, (body.hex(), got, wanted)
    assert dict(found) == data, body.hex()
    return "the same"


def _refusal(schema: Schema, body: bytes) -> str:
    try:
        read(Writer((schema,), union=False), body)
    except DecodeError as error:
        return in_words(error)
    return "read"


def _given(random: Random, schema: Schema, body: bytes) -> str:
    """What becomes of its data when it is written again, odd in places."""
    try:
        data = decode(schema, body)
    except DecodeError:
        data = {}
    return f"{giving.check(schema, giving.changed(random, data))} when written"


def in_words(error: DecodeError) -> str:
    """What an error says, without where in memory something was."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(error))


def run(random: Random) -> Counter[str]:
    """One schema and some records; return how many of each fate there were."""
    maker, fates = Maker(random), Counter[str]()
    definition = maker.schema()
    try:
        schema = parse_schema(json.dumps(definition))
    except ConfigurationError:
        return Counter({"no schema": 1})
    for number in range(_BODIES):
        body = maker.body(definition)
        if number % 3 == 0:
            body = maker.damaged(body)
        event = Event(
            id=f"e{number}",
            type="a.b",
            source="/fuzz",
            subject=random.choice(_SUBJECTS),
            time=_MOMENT,
            data={},
            schema_id=number,
            extensions=(("a", "ü"),) if random.random() < 0.2 else (),
        )
        fates[check(schema, body, event)] += 1
        fates[_given(random, schema, body)] += 1
        fates[f"{heads.check(heads.some(random))} in headers"] += 1
    return fates


def main() -> None:
    """Until the time is up; the seed of what differs is in the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, help="that one alone, repeated")
    options = parser.parse_args()
    if core is None:
        sys.exit(f"there is nothing to compare: {told}")
    seed = time.time_ns() if options.seed is None else options.seed
    end, fates, schemas = time.monotonic() + 60 * options.minutes, Counter[str](), 0
    while True:
        try:
            fates += run(Random(seed))  # noqa: S311 - not a secret
        except BaseException:
            sys.stderr.write(f"make fuzz-native SEED={seed} repeats this:\n")
            raise
        schemas, seed = schemas + 1, seed + 1
        if options.seed is not None or time.monotonic() > end:
            break
    counts = ", ".join(f"{count:,} {fate}" for fate, count in fates.most_common())
    sys.stdout.write(f"{schemas:,} schemas: {counts}; nothing differs\n")


if __name__ == "__main__":
    main()
