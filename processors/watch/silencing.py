"""Silencing alerts for a while, and ending that early."""

from collections.abc import Iterator
from dataclasses import replace

from bus.access.entities import Entity
from bus.errors import ConfigurationError
from bus.times import moment_of, rfc3339
from bus.watch.muting import Silence
from bus.watch.stored import Plain, silence_json
from processors.subscriptions.world import World
from processors.watch.board import Board
from processors.watch.records import silence_message

LONGEST_S = 30 * 86_400.0
_ID_BYTES = 5
_MOST_CHARS = 200
_ADDED, _ENDED = "add", "end"


async def silence(world: World, board: Board, asked: Silence) -> Silence:
    """Write a silence down; it holds from the watch's next look on.

    Its id and whose it is are made here.

    Raises:
        ConfigurationError: it would silence everything, or for too long.
        PublishError: not written.
    """
    refuse(asked)
    made = replace(
        asked, id=f"s{world.random_bytes(_ID_BYTES).hex()}", by=world.trail.actor
    )
    await _write(world, board, made)
    await world.trail.note(_ADDED, Entity.SILENCE, made.id, after=_shown(made))
    return made


def refuse(asked: Silence) -> None:
    """Refuse a silence that nobody may make.

    Raises:
        ConfigurationError: it would silence everything, or for too long.
    """
    if asked.rule == "*" and asked.subject == "*":
        raise ConfigurationError(
            "say what: a rule, a subject, or both; all alerts at once are never silent"
        )
    length_s = asked.until - asked.since
    if not 0 < length_s <= LONGEST_S:
        raise ConfigurationError("a silence lasts up to 30 days; say for how long: 2h")
    for name, text in (("rule", asked.rule), ("subject", asked.subject)):
        if not text.isprintable() or len(text) > _MOST_CHARS:
            raise ConfigurationError(f"{name}: expected up to {_MOST_CHARS} characters")


async def unsilence(world: World, board: Board, silence_id: str) -> Silence | None:
    """End a silence now; None if there is none such that lasts.

    Raises:
        PublishError: not written.
    """
    now = world.clock.now()
    found = board.silences.get(silence_id)
    if found is None or found.until <= now:
        return None
    ended = replace(found, until=now)
    await _write(world, board, ended)
    before, after = _shown(found), _shown(ended)
    await world.trail.note(
        _ENDED, Entity.SILENCE, silence_id, before=before, after=after
    )
    return ended


def _shown(one: Silence) -> Plain:
    """As people read it in the audit: times as such."""
    times = {name: rfc3339(moment_of(at * 1000)) for name, at in _times(one)}
    return {**silence_json(one), **times}


def _times(one: Silence) -> Iterator[tuple[str, float]]:
    yield from (("since", one.since), ("until", one.until))


async def _write(world: World, board: Board, one: Silence) -> None:
    written = await world.publisher.publish(silence_message(board.topic, one))
    await board.applied(written)
