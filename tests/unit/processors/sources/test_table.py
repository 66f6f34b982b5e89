"""The table over `bus.sources`, and what is written there."""

from bus.adapters.memory.clock import settle
from bus.adapters.memory.publisher import MemoryPublisher
from bus.intake.sources import Source
from bus.record import Message
from processors.sources.stored import restore, store
from processors.subscriptions.keys import NO_KEYS
from tests.support.sources import open_sources, source
from tests.support.worlds import KEYS, Randomness, Worlds

NOW = "2026-11-02T09:30:00Z"
SECRETIVE = source(
    secrets=[{"id": "s1", "value": "hush-hush", "since": NOW}],
    fetch={"hosts": ["api.shop.example"], "credentials": {"token": "hush-token"}},
)


async def put(worlds: Worlds, key: str, value: bytes | None) -> None:
    """Write a record, as another process would."""
    publisher = MemoryPublisher(worlds.broker)
    await publisher.publish(Message("bus.sources", key.encode(), value))


def stored(**fields: object) -> bytes:
    """A source's bytes."""
    return store(source(**fields), KEYS, Randomness())


def test_what_is_stored_holds_no_secret() -> None:
    """Secrets and credentials are sealed, each for its place."""
    value = store(SECRETIVE, KEYS, Randomness())
    assert b"hush" not in value
    assert restore(b"shop-eu", value, KEYS) == SECRETIVE
    sealed = restore(b"shop-eu", value, NO_KEYS)
    assert sealed.secrets[0].value.startswith("sealed:v1:")


async def test_a_source_is_there_for_others(worlds: Worlds) -> None:
    """With its secrets opened, as soon as it is written; and gone when it is."""
    async with open_sources(worlds) as one, open_sources(worlds) as two:
        await two.table.ready()
        written = await one.writer.add(SECRETIVE)
        await settle()
        assert two.table.get("shop-eu") == written
        assert written.secrets == SECRETIVE.secrets
        await one.writer.remove("shop-eu")
        await settle()
        assert two.table.all() == []


async def test_a_record_that_cannot_be_read_touches_only_itself(worlds: Worlds) -> None:
    """The source stays as it was, and others come and go."""
    await put(worlds, "shop-eu", stored(title="one"))
    await put(worlds, "shop-eu", b"{")
    await put(worlds, "other", b"[]")
    async with open_sources(worlds) as world:
        await world.table.ready()
        found = world.table.get("shop-eu")
        assert found is not None
        assert found.title == "one"
        assert set(world.table.unreadable) == {"shop-eu", "other"}
        await put(worlds, "shop-eu", stored(title="two"))
        await settle()
        assert set(world.table.unreadable) == {"other"}
    assert {name for name, _ in worlds.problems} == {"shop-eu", "other"}


def fails(_old: Source | None, _new: Source | None) -> None:
    """A listener with a bug."""
    raise RuntimeError("a bug")


async def test_changes_are_heard(worlds: Worlds) -> None:
    """Each once; a listener that fails keeps nobody from hearing."""
    heard: list[tuple[str, str]] = []
    async with open_sources(worlds) as world:
        world.table.on_change(fails)
        world.table.on_change(
            lambda old, new: heard.append(
                (old.title if old else "-", new.title if new else "-")
            )
        )
        await world.table.ready()
        for value in (stored(title="a"), stored(title="b"), stored(title="b"), None):
            await put(worlds, "shop-eu", value)
        await settle()
    assert heard == [("-", "a"), ("a", "b"), ("b", "-")]


async def test_what_a_newer_bus_has_written_is_read(worlds: Worlds) -> None:
    """Fields that nobody knows here are left out."""
    value = stored(title="a").replace(b'"title"', b'"mood":"blue","title"')
    await put(worlds, "shop-eu", value)
    async with open_sources(worlds) as world:
        await world.table.ready()
        assert world.table.get("shop-eu") is not None
