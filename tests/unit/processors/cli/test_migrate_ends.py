"""`bus migrate remove`, `owner`, `report`: no order is nobody's, and none is both's."""

import asyncio
from pathlib import Path

import pytest

from bus.errors import ConflictError
from bus.record import Message
from bus.topics.topic import TopicState
from processors.migrations.forgetting import forget
from processors.migrations.world import open_migrations
from tests.support.migrating import bus, climb, paused, planned, subscribed, told
from tests.support.old_sender import canary_in
from tests.support.worlds import Worlds


@pytest.fixture
def worlds() -> Worlds:
    """A bus in memory."""
    return Worlds()


@pytest.fixture
async def there(worlds: Worlds) -> None:
    """The subscriptions of both sides."""
    await subscribed(worlds, "acme", "acme-old")


@pytest.mark.usefixtures("there")
def test_forgotten_only_while_nothing_is_shared(worlds: Worlds) -> None:
    """Else orders would be nobody's, or both's."""
    planned(worlds)
    climb(worlds)
    assert bus(worlds, "remove", "acme").exit_code == 1
    assert bus(worlds, "back", "acme", "--all").exit_code == 0
    assert bus(worlds, "back", "acme").exit_code == 0
    assert told(worlds, "status", "acme")["phase"] == "tap"
    both = bus(worlds, "remove", "acme")
    assert both.exit_code == 1
    assert "the old sender outside and acme would both send every order" in both.output
    assert "pause the subscription acme first, or go on to the end" in both.output
    asyncio.run(paused(worlds, "acme"))
    assert bus(worlds, "remove", "acme").exit_code == 0
    assert told(worlds, "status") == []


@pytest.mark.usefixtures("there")
def test_an_old_sender_outside_is_off_in_the_last_phase_only(worlds: Worlds) -> None:
    """What was never begun may go, too: nothing has moved."""
    planned(worlds, "--shares", "5")
    assert bus(worlds, "remove", "acme").exit_code == 0
    planned(worlds, "--shares", "5")
    force = ("--force", "--why", "a rehearsal")
    codes = []
    while bus(worlds, "step", "acme", *force).exit_code == 0:
        phase = told(worlds, "status", "acme")["phase"]
        codes.append((phase, bus(worlds, "remove", "acme").exit_code))
    refused = ("tap", "shadow", "canary", "reversed")
    assert codes == [*((one, 1) for one in refused), ("retired", 0)]


@pytest.mark.usefixtures("there")
def test_two_subscriptions_do_not_both_send_all(worlds: Worlds) -> None:
    """One of them is paused first."""
    planned(worlds, "--old", "acme-old")
    assert bus(worlds, "step", "acme").exit_code == 0
    both = bus(worlds, "remove", "acme")
    assert both.exit_code == 1
    assert "acme-old and acme would both send every order" in both.output
    asyncio.run(paused(worlds, "acme-old"))
    assert bus(worlds, "remove", "acme").exit_code == 0


def test_what_waits_in_shared_lanes_is_not_left_there(worlds: Worlds) -> None:
    """The migration is kept until it is settled."""

    async def forgotten() -> None:
        async with worlds.open() as world, open_migrations(world) as on:
            forgetting = asyncio.create_task(forget(on, "acme"))
            while not forgetting.done():
                await worlds.clock.advance(1)
            await forgetting

    asyncio.run(subscribed(worlds, "acme", "acme-old"))
    planned(worlds, "--old", "acme-old")
    lane = worlds.topology.ordered_topic("acme-old")
    worlds.broker.create(TopicState(lane, 1, 1))
    worlds.broker.append(Message(lane, b"SO-1", b""))
    with pytest.raises(ConflictError, match="1 deliveries still wait in the lanes"):
        asyncio.run(forgotten())


@pytest.mark.usefixtures("there")
def test_what_is_not_known_is_no_answer_to_an_old_sender(worlds: Worlds) -> None:
    """0 and 1 are answers; whoever hears anything else sends."""
    planned(worlds, "--shares", "5", "--overlap", "0s")
    assert bus(worlds, "owner", "acme", "SO-1").exit_code == 0
    assert bus(worlds, "owner", "nobody", "SO-1").exit_code == 3
    while bus(worlds, "step", "acme", "--force", "--why", "agreed").exit_code == 0:
        asyncio.run(worlds.clock.advance(1))
    ours = bus(worlds, "owner", "acme", "SO-1")
    assert (ours.exit_code, "The bus sends it." in ours.output) == (1, True)


@pytest.mark.usefixtures("there")
def test_what_the_bus_sends_alone_lacks_nothing(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a canary the old sender leaves orders; what it owes and lacks is told."""
    monkeypatch.chdir(tmp_path)
    left = canary_in(tmp_path, "acme")
    assert left
    _, *rest = Path("old").read_bytes().splitlines(keepends=True)
    Path("less").write_bytes(b"".join(rest))
    planned(worlds, "--shares", "50")
    climb(worlds)
    report = ("report", "acme", "terms.yaml", "--new", "new", "--old")
    done = bus(worlds, *report, "old")
    assert done.exit_code == 0, done.output
    alone = f"{left} events of orders that the new side has to send"
    assert alone in " ".join(done.output.split())
    assert bus(worlds, *report, "less").exit_code == 1
    compared = bus(worlds, "compare", "terms.yaml", "--new", "new", "--old", "old")
    assert compared.exit_code == 1  # of no migration: nobody owns anything
