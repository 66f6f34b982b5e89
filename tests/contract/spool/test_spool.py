"""What the spool has taken is on the disk, and comes back once, in order."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.adapters.spool import Spool, open_spool
from bus.adapters.spool.folder import SEGMENT_BYTES
from bus.errors import SpoolError
from bus.record import Message
from tests.support.pace import patience

MOST = 10**6


def message(number: int, size: int = 10) -> Message:
    """A record with a number in it."""
    value = b"%d " % number + b"x" * size
    return Message("intake.raw.own", b"K", value, (("in_id", b"%d" % number),))


def files(folder: Path, kind: str) -> list[Path]:
    """The files of this kind."""
    return list(folder.rglob(f"*.{kind}"))


def block(place: Path) -> None:
    """Put a file where a folder should be."""
    place.parent.mkdir(exist_ok=True)
    place.write_text("in the way")


async def fill(
    spool: Spool, numbers: Iterator[int] | range, source: str = "own"
) -> None:
    """Append records, one after the other."""
    for number in numbers:
        await spool.append(source, message(number))


async def drain(spool: Spool, source: str = "own") -> list[Message]:
    """Take all that is kept."""
    found: list[Message] = []
    while batch := await spool.take(source):
        found += batch
        await spool.taken(source, len(batch))
    return found


async def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    """In order, each source for itself; nothing is left behind."""
    spool = open_spool(tmp_path, MOST)
    assert spool.sources() == []
    await fill(spool, range(5))
    await fill(spool, range(10, 12), "other")
    assert spool.sources() == ["own", "other"]
    assert spool.bytes > 0
    assert await drain(spool) == [message(n) for n in range(5)]
    assert not spool.holds("own")
    assert spool.holds("other")
    assert await drain(spool, "other") == [message(10), message(11)]
    assert spool.bytes == 0
    assert files(tmp_path, "spool") == []
    await spool.close()


async def test_many_at_once_keep_their_order(tmp_path: Path) -> None:
    """That of their calls, however the disk is shared out."""
    spool = open_spool(tmp_path, MOST)
    await asyncio.gather(*(spool.append("own", message(n)) for n in range(200)))
    assert await drain(spool) == [message(n) for n in range(200)]
    await spool.close()


async def test_what_comes_while_it_is_drained_comes_behind(tmp_path: Path) -> None:
    """A file is read once nothing is written to it any more."""
    spool = open_spool(tmp_path, MOST)
    await fill(spool, range(3))
    first = await spool.take("own")
    await fill(spool, range(3, 5))
    await spool.taken("own", len(first))
    assert [*first, *await drain(spool)] == [message(n) for n in range(5)]
    await spool.close()


async def test_what_is_not_taken_comes_again(tmp_path: Path) -> None:
    """In this process and in the next one; what was taken does not."""
    spool = open_spool(tmp_path, MOST)
    await fill(spool, range(4))
    assert len(await spool.take("own")) == 4
    assert len(await spool.take("own")) == 4
    await spool.taken("own", 2)
    await spool.close()
    again = open_spool(tmp_path, MOST)
    assert again.holds("own")
    assert await drain(again) == [message(2), message(3)]
    await again.close()


async def test_no_more_than_it_may(tmp_path: Path) -> None:
    """A record too many is refused, the others stay; room that is made is used."""
    spool = open_spool(tmp_path, 300)
    await fill(spool, range(2))
    with pytest.raises(SpoolError, match="full"):
        await spool.append("own", message(2, 200))
    assert await drain(spool) == [message(0), message(1)]
    await spool.append("own", message(2, 200))
    await spool.close()


async def test_a_torn_tail_costs_nothing_else(tmp_path: Path) -> None:
    """And what is appended later is not behind it."""
    spool = open_spool(tmp_path, MOST)
    await fill(spool, range(3))
    await spool.close()
    (file,) = files(tmp_path, "spool")
    file.write_bytes(file.read_bytes()[:-4])
    again = open_spool(tmp_path, MOST)
    await fill(again, range(5, 6))
    assert await drain(again) == [message(0), message(1), message(5)]
    await again.close()


async def test_damage_is_said_and_kept(tmp_path: Path) -> None:
    """The file stays for people to look at; all other records come."""
    spool = open_spool(tmp_path, MOST)
    await fill(spool, range(3))
    await spool.close()
    (file,) = files(tmp_path, "spool")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x55
    file.write_bytes(content)
    heard: list[tuple[str, int]] = []
    again = open_spool(tmp_path, MOST, lambda *what: heard.append(what))
    assert await drain(again) == [message(0), message(2)]
    assert [source for source, _ in heard] == ["own"]
    (left,) = files(tmp_path, "damaged")
    assert left.read_bytes() == content
    await again.close()


async def test_what_nobody_takes_is_put_aside(tmp_path: Path) -> None:
    """And stands in nobody's way."""
    spool = open_spool(tmp_path, MOST)
    await fill(spool, range(2))
    await spool.take("own")
    await spool.put_aside("own")
    assert await drain(spool) == [message(1)]
    (left,) = files(tmp_path, "refused")
    assert b"0 xxx" in left.read_bytes()
    await spool.close()


async def test_a_disk_that_fails_is_said(tmp_path: Path) -> None:
    """Whoever appends hears it; what is appended once it works again is kept."""
    spool = open_spool(tmp_path, MOST)
    place = tmp_path / "0" / "own"
    block(place)
    with pytest.raises(SpoolError):
        await spool.append("own", message(0))
    place.unlink()
    await spool.append("own", message(1))
    assert await drain(spool) == [message(1)]
    await spool.close()
    with pytest.raises(SpoolError, match="cannot be used"):
        open_spool(Path("/proc/nowhere"), MOST)


async def test_two_processes_have_a_folder_each(tmp_path: Path) -> None:
    """And what one has left that is gone, the next one takes over."""
    one, two = open_spool(tmp_path, MOST), open_spool(tmp_path, MOST)
    await fill(one, range(1))
    await fill(two, range(1, 2))
    assert await drain(one) == [message(0)]
    await two.close()
    three = open_spool(tmp_path, MOST)  # the second folder again
    assert await drain(three) == [message(1)]
    await fill(three, range(2, 4))
    await three.close()
    await one.close()
    four = open_spool(tmp_path, MOST)  # the first one, and what is in the second
    assert await drain(four) == [message(2), message(3)]
    await four.close()


async def test_large_files_are_begun_anew(tmp_path: Path) -> None:
    """So that what is in Kafka is deleted by and by."""
    spool = Spool(tmp_path, MOST, segment_bytes=200)
    assert SEGMENT_BYTES > 200
    await fill(spool, range(20))
    count = len(files(tmp_path, "spool"))
    assert count > 5
    first = await spool.take("own")
    await spool.taken("own", len(first))
    assert len(files(tmp_path, "spool")) < count
    rest = await drain(spool)
    assert [*first, *rest] == [message(n) for n in range(20)]
    await spool.close()


_CHILD = """
import asyncio, sys
from pathlib import Path
from bus.adapters.spool import open_spool
from bus.record import Message

async def main():
    spool = open_spool(Path(sys.argv[1]), 10**8)
    number = 0
    while True:
        names = range(number, number + 7)
        number += 7
        await asyncio.gather(*(
            spool.append("own", Message("t", b"K", b"%d" % n + b"." * 3000))
            for n in names
        ))
        print(number, flush=True)

asyncio.run(main())
"""


async def test_sigkill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """Killed in the middle of its work, again and again."""
    total = 0
    for _ in range(3):
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", _CHILD, str(tmp_path)),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        assert child.stdout is not None
        answered = 0
        async with asyncio.timeout(patience(30)):
            while answered < 70:
                answered = int(await child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        answered = max(answered, *map(int, (await child.stdout.read()).split()), 0)
        await child.wait()
        spool = open_spool(tmp_path, 10**8)
        found = await drain(spool)
        await spool.close()
        numbers = [int((one.value or b"").split(b".")[0]) for one in found]
        assert numbers[:answered] == list(range(answered))
        assert numbers == list(range(len(numbers)))
        total += answered
    assert total >= 210
