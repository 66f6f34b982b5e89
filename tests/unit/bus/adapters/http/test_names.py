"""Names: one look-up at a time a name, kept for a while, and nobody held up."""

import asyncio
import socket
import threading

import pytest

from bus.adapters.http.names import Lookup, Names, UnresolvableError


def _held_by(release: threading.Event) -> Lookup:
    def lookup(_: str) -> list[str]:
        release.wait(30)
        return ["1.1.1.1"]

    return lookup


async def test_answer_is_kept() -> None:
    """Within its time an answer is not asked for again."""
    asked: list[str] = []

    def lookup(host: str) -> list[str]:
        asked.append(host)
        return ["1.1.1.1"]

    names = Names(lookup, ttl_s=60)

    for _ in range(3):
        assert await names.resolve("a.example") == ["1.1.1.1"]

    assert asked == ["a.example"]
    await names.close()


async def test_answer_grows_old() -> None:
    """After its time it is asked for again."""
    answers = iter([["1.1.1.1"], ["2.2.2.2"]])
    names = Names(lambda _: next(answers), ttl_s=0)

    assert await names.resolve("a.example") == ["1.1.1.1"]
    assert await names.resolve("a.example") == ["2.2.2.2"]
    await names.close()


async def test_failure_is_kept_too() -> None:
    """A name that is unknown is not asked for at every post."""
    asked: list[str] = []

    def lookup(host: str) -> list[str]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names = Names(lookup, ttl_s=60)

    for _ in range(2):
        with pytest.raises(UnresolvableError, match="not known"):
            await names.resolve("a.example")

    assert asked == ["a.example"]
    await names.close()


async def test_slow_name_holds_nobody_up() -> None:
    """While many names hang, another is resolved; each hanging one asks once."""
    release = threading.Event()
    asked: list[str] = []

    def lookup(host: str) -> list[str]:
        asked.append(host)
        if host.startswith("slow"):
            release.wait(30)
        return ["1.1.1.1"]

    names = Names(lookup)
    slow = [
        asyncio.create_task(names.resolve(f"slow-{i % 40}.example")) for i in range(80)
    ]
    assert await asyncio.wait_for(names.resolve("quick.example"), 10) == ["1.1.1.1"]

    release.set()
    assert await asyncio.gather(*slow) == [["1.1.1.1"]] * 80
    assert len(asked) == 41
    await names.close()


async def test_who_gives_up_takes_nothing_from_others() -> None:
    """A caller that is cancelled leaves the look-up to the others."""
    release = threading.Event()
    names = Names(_held_by(release))
    first = asyncio.create_task(names.resolve("a.example"))
    second = asyncio.create_task(names.resolve("a.example"))
    await asyncio.wait([first], timeout=0.01)

    first.cancel()
    release.set()

    assert await second == ["1.1.1.1"]
    assert first.cancelled()
    await names.close()


async def test_close_with_a_look_up_under_way() -> None:
    """Closing does not wait for a resolver that hangs."""
    release = threading.Event()
    names = Names(_held_by(release))
    waiting = asyncio.create_task(names.resolve("a.example"))
    await asyncio.wait([waiting], timeout=0.01)

    await names.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    release.set()


async def test_system_lookup() -> None:
    """The system knows itself, and literal addresses."""
    names = Names()

    assert {"127.0.0.1", "::1"}.intersection(await names.resolve("localhost"))
    assert await names.resolve("127.0.0.1") == ["127.0.0.1"]
    assert await names.resolve("::1") == ["::1"]
    await names.close()
