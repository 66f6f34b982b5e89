"""What `bus migrate` does not do: silence, skip, give orders to nobody, believe."""

import asyncio
import json
from pathlib import Path

import pytest

from bus.adapters.memory import MemoryObserver
from bus.errors import ConfigurationError, ConflictError
from bus.migration.phases import Phase
from bus.migration.proofs import proof_of
from bus.migration.report import hash_of
from bus.times import at_us, rfc3339
from processors.migrations.steps import attach, back, step, there
from processors.migrations.turning import Turning
from processors.migrations.world import open_migrations
from tests.support.migrating import bus, planned, subscribed, told
from tests.support.worlds import Worlds

COMPARED: dict[str, object] = {
    "format": 1,
    "made_at": "2026-11-02T09:30:00Z",
    "verdict": "no difference: 3 pairs, 0 different, 0 unpaired",
    "paired": {"first": "2026-11-01T09:30:00Z", "last": "2026-11-02T09:00:00Z"},
    "types": [{"type": "order.created", "pairs": 3, "different": 0, "unpaired": 0}],
    "differences": [],
    "unread": 0,
}


@pytest.fixture
def worlds() -> Worlds:
    """A bus in memory."""
    return Worlds()


def test_a_subscription_that_delivers_is_not_silenced(worlds: Worlds) -> None:
    """Unless it is meant, or it is paused, or the old side is another subscription."""
    asyncio.run(subscribed(worlds, "acme", "acme-old"))
    refused = bus(worlds, "plan", "acme")
    assert refused.exit_code == 1
    assert "acme delivers already" in " ".join(refused.output.split())
    assert bus(worlds, "plan", "acme", "--old", "acme-old").exit_code == 0
    assert bus(worlds, "plan", "acme", "--shares", "5").exit_code == 0


def test_orders_are_given_to_nobody_by_no_force(worlds: Worlds) -> None:
    """The new side has to be there before it has any."""
    planned(worlds)
    force = ("--force", "--why", "agreed")
    for _ in range(2):
        assert bus(worlds, "step", "acme", *force).exit_code == 0
    refused = bus(worlds, "step", "acme", *force)
    assert refused.exit_code == 1
    assert "so nobody would send its orders" in " ".join(refused.output.split())
    assert told(worlds, "status", "acme")["phase"] == "shadow"
    none = bus(worlds, "plan", "acme", "--shares", "")
    assert none.exit_code == 2


async def test_of_two_who_step_at_once_one_does(worlds: Worlds) -> None:
    """The other hears who was first; so does who looked at an older epoch."""
    await subscribed(worlds, "acme")
    await asyncio.to_thread(planned, worlds)
    async with worlds.open() as world, open_migrations(world) as on:
        both = [step(on, "acme", force=False, why="") for _ in range(2)]
        done = await asyncio.gather(*both, return_exceptions=True)
        (late,) = [one for one in done if isinstance(one, BaseException)]
        assert isinstance(late, ConflictError)
        assert "acme is not in epoch 1 any more" in str(late)
        with pytest.raises(ConflictError, match="made 2, tap with 0 %"):
            await back(on, "acme", epoch=1)
        taken = await back(on, "acme", epoch=2)
    assert [one.number for one in taken.epochs] == [1, 2, 3]
    times = [one.at_ms for one in taken.epochs]
    assert times == sorted(times)


def report(**changed: object) -> dict[str, object]:
    """One whose hash fits."""
    made = COMPARED | changed
    return made | {"hash": hash_of(made)}


def test_a_report_is_judged_by_what_it_lists() -> None:
    """Not by its verdict; and it is as old as the comparison."""
    found = proof_of(report(), 2_000_000_000_000, "ada")
    assert (found.clean, found.at_ms) == (True, 1_793_611_800_000)
    assert proof_of(report(), 5, "ada").at_ms == 5
    words = {"type": "order.created", "kind": "rounding", "class": "different"}
    group: dict[str, object] = {**words, "at": "data.total", "count": 7}
    changes: list[dict[str, object]] = [
        {"differences": [group]},
        {"unread": 1},
        {"types": []},
        {"types": [{"type": "t", "pairs": 3, "different": 0, "unpaired": 1}]},
    ]
    for listed in changes:
        assert not proof_of(report(**listed), 5, "ada").clean
    shown = proof_of(report(differences=[group]), 5, "ada").differences[0]
    assert (shown.kind, shown.outcome, shown.count) == ("rounding", "different", 7)


async def test_a_comparison_that_differs_takes_orders_back(worlds: Worlds) -> None:
    """By itself, once it was made since the step; even where there is no log."""
    await subscribed(worlds, "acme")
    await asyncio.to_thread(planned, worlds, "--shares", "5")
    async with worlds.open() as world, open_migrations(world) as on:
        for _ in range(3):
            await step(on, "acme", force=True, why="agreed")
        watch = Turning(on, MemoryObserver())
        long_ago = "2020-01-01T00:00:00Z"
        await attach(on, "acme", report(unread=1, made_at=long_ago))
        await watch.look(lambda _: {})
        assert there(on.table.get("acme"), "acme").now.share == 5
        made_at = rfc3339(at_us(int(world.clock.now() * 1e6)))
        await attach(on, "acme", report(unread=1, made_at=made_at))
        await watch.look(lambda _: {})
        now = there(on.table.get("acme"), "acme").now
    assert (now.phase, now.share) == (Phase.SHADOW, 0)
    assert now.why.startswith("by itself: compared since the step: ")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "format: Field required"),
        (report() | {"verdict": "no difference at all"}, "hash: it is not that of"),
        (report(types=[5]), "types.0: expected an object"),
        (report(types=[{"type": "t", "pairs": -1}]), "pairs: expected a number of 0"),
        (report(made_at="yesterday"), "made_at: expected a time"),
        (
            report(
                paired={"first": "2026-11-02T00:00:00Z", "last": "2026-11-01T00:00Z"}
            ),
            "is before the first",
        ),
    ],
)
def test_what_is_no_report(document: dict[str, object], why: str) -> None:
    """Says which field, and what is wrong with it."""
    with pytest.raises(ConfigurationError) as refused:
        proof_of(document, 5, "ada")
    assert why in str(refused.value)


def test_a_report_stays_the_same_as_a_file(tmp_path: Path) -> None:
    """Its hash is of values, not of how they were written."""
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report(bound=0.0006), indent=7))
    assert proof_of(json.loads(file.read_text()), 5, "ada").clean
