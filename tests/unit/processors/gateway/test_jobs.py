"""Jobs: begun once, ended in one of three ways."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import cast

import pytest

from bus.access.roles import Role, principal
from bus.adapters.memory import MemoryClock, MemoryObserver, settle
from bus.errors import BrokerUnavailableError, ConflictError
from processors.gateway.jobs import Jobs, JobState, Progress
from tests.support.gateway import Client
from tests.support.worlds import Randomness

BY = principal("abcdefgh23", Role.OPERATOR, "")


def jobs(observer: MemoryObserver | None = None) -> Jobs:
    """None yet."""
    return Jobs(MemoryClock(), observer or MemoryObserver(), Randomness())


async def test_the_same_work_runs_once() -> None:
    """Until it is over; then it may be begun anew."""
    held, gate = jobs(), asyncio.Event()

    async def work(progress: Progress) -> Mapping[str, object]:
        progress(1, 2)
        await gate.wait()
        return {"moved": 2}

    first, began = held.start(BY, "remove", "acme", work)
    again, anew = held.start(BY, "remove", "acme", work)
    other, _ = held.start(BY, "remove", "other", work)
    assert (again is first, began, anew) == (True, True, False)
    await settle()
    assert (first.done, first.total, first.over) == (1, 2, False)
    gate.set()
    await settle()
    assert (first.state, first.result) == (JobState.DONE, {"moved": 2})
    assert other.state is JobState.DONE
    assert held.start(BY, "remove", "acme", work)[1]
    await held.close()


async def test_ends_otherwise() -> None:
    """Cancelled where it is; failed with what may be said; a bug says nothing."""
    observer = MemoryObserver()
    held = jobs(observer)

    async def hang(_: Progress) -> Mapping[str, object]:
        await asyncio.Event().wait()
        return {}

    async def fail(_: Progress) -> Mapping[str, object]:
        raise BrokerUnavailableError("10.0.0.1 is away")

    async def break_(_: Progress) -> Mapping[str, object]:
        raise RuntimeError("hush")

    hanging, _ = held.start(BY, "a", "x", hang)
    failing, _ = held.start(BY, "b", "x", fail)
    broken, _ = held.start(BY, "c", "x", break_)
    await settle()
    assert (failing.state, broken.state) == (JobState.FAILED, JobState.FAILED)
    assert "10.0.0.1" not in failing.error
    assert "hush" not in broken.error
    assert [name for name, _ in observer.notes] == ["bug"]
    await held.close()
    assert hanging.state is JobState.CANCELLED


async def _hang(_: Progress) -> Mapping[str, object]:
    await asyncio.Event().wait()
    return {}


async def test_the_same_but_otherwise() -> None:
    """Who asks for something else hears so, and is not shown another's job."""
    held = jobs()
    partner = principal("bbbbbbbb23", Role.PARTNER, "acme")
    held.start(BY, "replay", "acme", _hang, "all of order SO-1")
    with pytest.raises(ConflictError):
        held.start(BY, "replay", "acme", _hang, "all of order SO-2")
    with pytest.raises(ConflictError):
        held.start(partner, "replay", "acme", _hang, "all of order SO-1")
    await held.close()


async def test_a_tenant_has_its_share() -> None:
    """Its jobs neither keep others from theirs, nor push out what others wait for."""
    held = jobs()
    partner = principal("bbbbbbbb23", Role.PARTNER, "acme")

    async def work(_: Progress) -> Mapping[str, object]:
        return {}

    def start_many() -> None:
        for number in range(20):
            held.start(partner, "a", str(number), _hang)

    mine, _ = held.start(BY, "a", "mine", work)
    await settle()
    with pytest.raises(OverflowError):
        start_many()
    for number in range(60):
        assert held.start(BY, "b", str(number), work)[1]
        await settle()
    await held.close()
    for number in range(3_000):
        held.start(partner, "c", str(number), work)
        await settle()
    assert held.get(mine.id) is mine
    await held.close()


async def test_there_is_a_limit() -> None:
    """So that nobody fills the process with jobs."""
    held = jobs()

    async def hang(_: Progress) -> Mapping[str, object]:
        await asyncio.Event().wait()
        return {}

    def start_many() -> None:
        for number in range(1_000):
            held.start(BY, "a", str(number), hang)

    with pytest.raises(OverflowError):
        start_many()
    await held.close()


async def test_what_may_be_done_to_one(ask: Client) -> None:
    """Cancelled while it runs, by who may; nothing once it is over."""

    async def hang(_: Progress) -> Mapping[str, object]:
        await asyncio.Event().wait()
        return {}

    by = ask.api.authenticate(ask.keys.tokens["partner"])
    job, _ = ask.api.jobs.start(by, "test", "acme", hang)
    for who, may in (("partner", ["cancel"]), ("reader", []), ("support", ["cancel"])):
        for path in (f"/v1/jobs/{job.id}", "/v1/jobs"):
            got = (await ask("GET", path, by=who)).json
            (row,) = cast("list[dict[str, object]]", got.get("data", [got]))
            assert row["actions"] == may
    ended = await ask("POST", f"/v1/jobs/{job.id}/cancel", by="partner")
    assert (ended.json["state"], ended.json["actions"]) == ("cancelled", [])


async def test_tenants_leave_room_for_operators() -> None:
    """However many they are; each has its own share, and all together an end."""
    held = jobs()

    async def hang(_: Progress) -> Mapping[str, object]:
        await asyncio.Event().wait()
        return {}

    begun = 0
    for tenant in "abcdefghij":
        by = principal("abcdefgh23", Role.PARTNER, tenant)
        with suppress(OverflowError):
            for n in range(20):
                held.start(by, "replay", f"{tenant}-{n}", hang)
                begun += 1
    assert begun == 48
    for n in range(16):
        held.start(BY, "replay", f"ours-{n}", hang)
    with pytest.raises(OverflowError):
        held.start(BY, "replay", "ours-16", hang)
    await held.close()
