"""Who sends an event, as an old sender outside asks it."""

from bus.adapters.memory import settle
from bus.record import Message
from tests.support.gateway import Client
from tests.support.migrating import subscribed
from tests.support.worlds import Worlds

OWNER = "/v1/migrations/acme/owner?order_id=SO-1"
FORCE = {"force": True, "why": "agreed"}


async def to_the_end(ask: Client, worlds: Worlds) -> None:
    """All orders are the new side's, for a long time."""
    await subscribed(worlds, "acme")
    body = {"shares": [50], "force": True}
    assert (await ask("PUT", "/v1/migrations/acme", body)).status == 200
    for _ in range(4):
        assert (await ask("POST", "/v1/migrations/acme/step", FORCE)).status == 200
    await looked(worlds, 300)


async def looked(worlds: Worlds, passed_s: float) -> None:
    """Time passes, and who follows the ledger looks at its end."""
    await worlds.clock.advance(passed_s)
    await settle()


async def test_the_newest_step_counts(ask: Client, worlds: Worlds) -> None:
    """An event made just now, or in a future that a wrong clock tells of."""
    await to_the_end(ask, worlds)
    told = await ask("GET", OWNER)
    assert (told.status, told.json["owner"], told.json["old_sends"]) == (
        200,
        "new",
        False,
    )
    assert (await ask("POST", "/v1/migrations/acme/back", {"at_all": True})).status
    ahead = await ask("GET", f"{OWNER}&made_at=2099-01-01T00:00:00Z")
    assert ahead.json["old_sends"] is True
    await looked(worlds, 300)
    assert (await ask("GET", OWNER)).json["old_sends"] is True


async def test_no_answer_by_a_ledger_that_may_be_old(
    ask: Client, worlds: Worlds
) -> None:
    """A gateway whose Kafka is away does not tell an old sender to leave an event."""
    await to_the_end(ask, worlds)
    worlds.broker.down()
    await looked(worlds, 40)
    told = await ask("GET", OWNER)
    assert told.status == 503
    assert "not read to its end in time" in str(told.json["detail"])
    worlds.broker.up()
    await looked(worlds, 40)
    assert (await ask("GET", OWNER)).json["old_sends"] is False


async def test_no_answer_by_a_record_that_cannot_be_read(
    ask: Client, worlds: Worlds
) -> None:
    """Of a newer version, for instance: others may go by it."""
    await to_the_end(ask, worlds)
    worlds.broker.append(Message("bus.migrations", b"acme", b"{}"))
    await looked(worlds, 1)
    assert (await ask("GET", OWNER)).status == 503
