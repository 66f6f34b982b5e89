"""`bus migrate plan|status|step|back|owner|remove|report` on a bus in memory."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bus.access.entities import Entity
from bus.adapters.memory import MemoryObserver
from bus.errors import SubscriptionStateError
from bus.log.health import NONE, Figures
from bus.migration.fared import Fared, Repeats
from bus.migration.recorded import written
from processors.migrations.steps import look
from processors.migrations.turning import Turning
from processors.migrations.world import open_migrations
from processors.subscriptions.removal import remove
from tests.support.migrating import bus, climb, planned, subscribed, told
from tests.support.old_sender import (
    NEW_SECRET,
    OLD_SECRET,
    both,
    events,
    terms_text,
)
from tests.support.worlds import Worlds

BAD = Figures(500, 100, 0, 0, 0.2, None, None, None)


@pytest.fixture
def worlds() -> Worlds:
    """A bus in memory."""
    return Worlds()


def test_a_plan_gives_no_order_away(worlds: Worlds) -> None:
    """It begins where all is the old side's, and waits for the subscription."""
    planned(worlds, "--shares", "5,50")
    row = told(worlds, "status", "acme")
    assert (row["phase"], row["share"], row["old"]) == ("inventory", 0, "")
    assert row["shares"] == [5, 50]
    refused = bus(worlds, "step", "acme")
    assert refused.exit_code == 1
    assert "there is no such subscription yet" in refused.output
    assert bus(worlds, "owner", "acme", "SO-1").exit_code == 0


@pytest.mark.usefixtures("there")
def test_gates_hold_and_force_is_told(worlds: Worlds) -> None:
    """A forced step needs a reason, which stands in the ledger and the audit."""
    planned(worlds)
    climb(worlds)
    row = told(worlds, "status", "acme")
    assert (row["phase"], row["share"]) == ("canary", 1)
    last = row["steps"][-1]
    assert (last["forced"], last["why"], last["by"]) == (True, "agreed", "cli:ada")
    assert last["starts"]["oms.order"] == [0] * 6
    noted = [one for one in worlds.audited() if one.entity == Entity.MIGRATION]
    assert [one.action for one in noted] == ["plan", "step", "step", "step"]
    assert (noted[-1].after or {})["why"] == "agreed"


@pytest.mark.usefixtures("there")
def test_back_from_every_rung(worlds: Worlds) -> None:
    """One rung at a time down to the first, each of them at once."""
    planned(worlds, "--shares", "5")
    force = ("--force", "--why", "a rehearsal")
    rungs, rehearsed = [("inventory", 0)], False
    while bus(worlds, "step", "acme", *force).exit_code == 0:
        row = told(worlds, "status", "acme")
        rungs.append((row["phase"], row["share"]))
        assert bus(worlds, "back", "acme").exit_code == 0
        row = told(worlds, "status", "acme")
        assert (row["phase"], row["share"]) == rungs[-2]
        gave = rungs[-1][1] > rungs[-2][1]  # only then it shows anything
        assert (row["rehearsed"] is not None) is (gave or rehearsed)
        rehearsed = rehearsed or gave
        assert bus(worlds, "step", "acme", *force).exit_code == 0
    assert rungs[-2:] == [("reversed", 100), ("retired", 100)]
    assert bus(worlds, "back", "acme", "--all").exit_code == 0
    assert told(worlds, "status", "acme")["phase"] == "shadow"


@pytest.fixture
async def there(worlds: Worlds) -> None:
    """The subscriptions of both sides."""
    await subscribed(worlds, "acme", "acme-old")


@pytest.mark.usefixtures("there")
def test_two_subscriptions_are_no_two_migrations(worlds: Worlds) -> None:
    """A side takes part in one, and the other side is there."""
    planned(worlds, "--old", "acme-old")
    again = bus(worlds, "plan", "other", "--old", "acme-old")
    assert again.exit_code == 2
    assert "takes part in acme already" in again.output
    assert bus(worlds, "plan", "third", "--old", "nobody").exit_code == 2
    assert bus(worlds, "plan", "third", "--limit", "luck=1").exit_code == 2
    assert bus(worlds, "status", "nobody").exit_code == 1


async def removed(worlds: Worlds, name: str) -> None:
    """Remove a subscription."""
    async with worlds.open() as world:
        await remove(world, name)


@pytest.mark.usefixtures("there")
def test_a_side_stays_while_orders_depend_on_it(worlds: Worlds) -> None:
    """Neither is removed while they share; at the end the old one goes first."""
    planned(worlds, "--old", "acme-old")
    climb(worlds)
    for name in ("acme", "acme-old"):
        with pytest.raises(SubscriptionStateError, match="1 % of the orders"):
            asyncio.run(removed(worlds, name))
    force = ("--force", "--why", "a rehearsal")
    while bus(worlds, "step", "acme", *force).exit_code == 0:
        pass
    early = bus(worlds, "remove", "acme")
    assert early.exit_code == 1
    assert "acme-old would get all orders again" in early.output
    with pytest.raises(SubscriptionStateError, match="100 % of the orders"):
        asyncio.run(removed(worlds, "acme"))
    with pytest.raises(SubscriptionStateError, match="not known everywhere yet"):
        asyncio.run(removed(worlds, "acme-old"))
    asyncio.run(worlds.clock.advance(61))
    asyncio.run(removed(worlds, "acme-old"))
    assert bus(worlds, "remove", "acme").exit_code == 0


@pytest.mark.usefixtures("there")
def test_a_report_opens_the_gate(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was compared stands in the ledger; orders then move without force."""
    monkeypatch.chdir(tmp_path)
    Path("terms.yaml").write_text(terms_text())
    Path("old.secret").write_text(OLD_SECRET)
    Path("new.secret").write_text(NEW_SECRET)
    for name, sends in zip(("old", "new"), both(events(2)), strict=True):
        Path(name).write_bytes(b"\n".join(written(one) for one in sends))
    planned(worlds)
    for _ in range(2):
        assert bus(worlds, "step", "acme").exit_code == 0
    files = ("--old", "old", "--new", "new", "--html", "r.html")
    done = bus(worlds, "report", "acme", "terms.yaml", *files)
    assert done.exit_code == 0, done.output
    assert "not proven" not in done.output  # a pair of each type, as was planned
    page = Path("r.html").read_text()
    assert "acme is in shadow" in page
    assert "bus migrate back acme" in page
    stepped = bus(worlds, "step", "acme")
    assert stepped.exit_code == 0, stepped.output
    assert told(worlds, "status", "acme")["phase"] == "canary"


@pytest.mark.usefixtures("there")
def test_a_side_that_fares_badly_gives_its_orders_back(worlds: Worlds) -> None:
    """By itself, once there is enough to judge by; and only once."""
    planned(worlds)
    climb(worlds)

    async def watched(figures: Figures, again: int = 0) -> None:
        async def ask(_subscription: str, _span_s: int) -> Fared:
            return Fared(figures, Repeats(500, again))

        async with worlds.open() as world, open_migrations(world, ask) as on:
            await Turning(on, MemoryObserver()).look(lambda _: {300: figures})

    asyncio.run(watched(NONE))
    assert told(worlds, "status", "acme")["share"] == 1
    asyncio.run(watched(BAD))
    asyncio.run(watched(BAD))
    row = told(worlds, "status", "acme")
    assert (row["phase"], row["share"]) == ("shadow", 0)
    assert row["steps"][-1]["why"].startswith("by itself: 20.00% of 500 attempts")
    assert len(row["steps"]) == 5
    assert bus(worlds, "step", "acme", "--force", "--why", "mended").exit_code == 0
    asyncio.run(watched(NONE, again=100))
    row = told(worlds, "status", "acme")
    assert row["share"] == 0
    why = "by itself: 20.00% of the newest 500 came again, at most 5.00%"
    assert row["steps"][-1]["why"] == why


@pytest.mark.usefixtures("there")
def test_gates_ask_for_no_more_than_since_the_step(worlds: Worlds) -> None:
    """What the share before brought says nothing of this one."""
    planned(worlds)
    climb(worlds)
    asyncio.run(worlds.clock.advance(3_000))
    assert bus(worlds, "step", "acme", "--force", "--why", "agreed").exit_code == 0
    asyncio.run(worlds.clock.advance(20))
    spans: list[int] = []

    async def ask(_subscription: str, span_s: int) -> None:
        spans.append(span_s)

    async def looked() -> None:
        async with worlds.open() as world, open_migrations(world, ask) as on:
            await look(on, "acme")

    asyncio.run(looked())
    assert spans == [20]


@pytest.mark.usefixtures("there")
def test_what_fared_badly_before_a_step_turns_nothing_after(worlds: Worlds) -> None:
    """The shortest span of health is five minutes; a step may be younger."""
    planned(worlds)
    climb(worlds)

    async def ask(_subscription: str, _span_s: int) -> Fared:
        return Fared(NONE)

    async def watched() -> None:
        async with worlds.open() as world, open_migrations(world, ask) as on:
            await Turning(on, MemoryObserver()).look(lambda _: {300: BAD, 3_600: BAD})

    asyncio.run(worlds.clock.advance(200))
    asyncio.run(watched())
    assert told(worlds, "status", "acme")["share"] == 1
    asyncio.run(worlds.clock.advance(200))
    asyncio.run(watched())
    assert told(worlds, "status", "acme")["share"] == 0


@pytest.mark.usefixtures("there")
def test_until_when_both_send(worlds: Worlds) -> None:
    """Only where a sender outside gave orders away, and for as long as was planned."""
    planned(worlds, "--overlap", "90s")
    assert told(worlds, "status", "acme")["both_until"] is None
    climb(worlds)
    row = told(worlds, "status", "acme")
    ended = datetime.fromisoformat(row["steps"][-1]["written_at"])
    until = datetime.fromisoformat(row["both_until"])
    assert until - ended == timedelta(seconds=90)
    said = bus(worlds, "status", "acme").output
    assert f"both send what was made before {row['both_until']}" in " ".join(
        said.split()
    )
    assert bus(worlds, "back", "acme").exit_code == 0
    assert told(worlds, "status", "acme")["both_until"] is None
