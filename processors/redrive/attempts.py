"""Reading the attempt log."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence

from bus.contracts.framing import split_frame
from bus.delivery.delivery import Attempt
from bus.errors import RegistryUnavailableError
from bus.record import Record
from processors.delivery.attempt_log import read_attempt
from processors.redrive.events import Events
from processors.subscriptions.world import World


async def read_attempts(
    world: World,
    *,
    since_ms: int | None = None,
    events: Collection[str] = (),
) -> AsyncIterator[Sequence[Attempt]]:
    """Yield attempts, of all events or of those with these ids.

    Records that are no attempts are left out.

    Raises:
        RegistryUnavailableError: the registry gave no usable answer.
    """
    keys = {event.encode() for event in events}
    only = next(iter(keys)) if len(keys) == 1 else None
    decoder = Events(world.schemas)
    topic = world.topology.attempts
    async for batch in world.reader.read(topic, since_ms=since_ms, key=only):
        wanted = [r for r in batch if not keys or r.key in keys]
        found = [await _attempt(record, decoder) for record in wanted]
        yield [attempt for attempt in found if attempt is not None]


def told_apart(attempts: Iterable[Attempt]) -> Sequence[Attempt]:
    """Each attempt once, whoever told of it."""
    return [*{_key(one): one for one in attempts}.values()]


def _key(one: Attempt) -> tuple[object, ...]:
    return one.event_id, one.subscription, one.started_us, one.replay, one.number


async def _attempt(record: Record, decoder: Events) -> Attempt | None:
    try:
        schema_id, _ = split_frame(record.value)
        return read_attempt(record, await decoder.schema(schema_id))
    except RegistryUnavailableError:
        raise
    except Exception:  # noqa: BLE001 - somebody else's record, of whatever schema
        return None
