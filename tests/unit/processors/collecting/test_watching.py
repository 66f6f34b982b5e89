"""Watched folders: each file once, put away with its verdict beside."""

import asyncio
import json
import os
from pathlib import Path

from bus.adapters.memory.broker import Fault
from bus.client.channels import channels_folder
from bus.intake.collecting.entries import STALE_S
from processors.collecting.watching import FolderWatch
from tests.support.collecting import ORDER, Files

CHANNELS_FOLDER = channels_folder()


def put(root: Path, name: str, body: bytes = ORDER, source: str = "own") -> Path:
    """Put a file into a source's folder, as a sender would: renamed when whole."""
    folder = root / source
    folder.mkdir(exist_ok=True)
    half = folder / f".{name}.part"
    half.write_bytes(body)
    return half.rename(folder / name)


def verdict_of(root: Path, where: str, name: str = "a.json") -> dict[str, object]:
    """What is told beside a file that was put away."""
    assert (root / "own" / where / name).exists()
    text = (root / "own" / where / f"{name}.verdict.json").read_text()
    found: dict[str, object] = json.loads(text)
    return found


async def looked(watch: FolderWatch) -> None:
    """Look once, and once more after the time between."""
    await watch.round()


async def test_taken_and_put_away(files: Files, tmp_path: Path) -> None:
    """As which submission, and where, stands beside it."""
    put(tmp_path, "a.json")
    await looked(files.watch(tmp_path))
    (raw,) = files.kept()
    told = verdict_of(tmp_path, "done")
    assert (told["outcome"], told["submission"]) == ("kept", raw.id)
    assert not (tmp_path / "own" / "a.json").exists()
    assert files.noted("file_collected")


async def test_the_same_bytes_again_are_put_away_as_a_repeat(
    files: Files, tmp_path: Path
) -> None:
    """Under a name of their own where there is one such already."""
    watch = files.watch(tmp_path)
    for _ in range(2):
        put(tmp_path, "a.json")
        await looked(watch)
    assert verdict_of(tmp_path, "done", "a-2.json")["outcome"] == "repeat"
    assert len(files.kept()) == 1


async def test_what_is_not_kept_says_why(files: Files, tmp_path: Path) -> None:
    """In failed/, the file as it was."""
    put(tmp_path, "a.json", b"")
    await looked(files.watch(tmp_path))
    told = verdict_of(tmp_path, "failed")
    assert (told["outcome"], told["why"]) == (
        "refused",
        "empty: there is nothing in it",
    )


async def test_one_that_grows_is_left(files: Files, tmp_path: Path) -> None:
    """Until it has stopped; no half of it is ever read."""
    path = put(tmp_path, "a.json", ORDER[:5])
    watch = files.watch(tmp_path, settle_s=5)
    await watch.round()
    await files.worlds.clock.advance(4)
    path.write_bytes(ORDER)
    await watch.round()
    await files.worlds.clock.advance(4)
    await watch.round()
    assert files.kept() == []
    await files.worlds.clock.advance(1)
    await watch.round()
    assert [raw.submission.body for raw in files.kept()] == [ORDER]


async def test_two_processes_take_each_file_once(files: Files, tmp_path: Path) -> None:
    """Though both look into the same folder at the same time."""
    bodies = {f"{n}.json": b'{"id": %d}' % n for n in range(40)}
    for name, body in bodies.items():
        put(tmp_path, name, body)
    watches = [files.watch(tmp_path) for _ in range(3)]
    await asyncio.gather(*(watch.round() for watch in watches))
    assert sorted(raw.submission.body for raw in files.kept()) == sorted(
        bodies.values()
    )
    assert len(list((tmp_path / "own" / "done").glob("*.verdict.json"))) == 40


async def test_kafka_away_leaves_files_where_they_are(
    files: Files, tmp_path: Path
) -> None:
    """Told once; taken when it is back, whatever was written of them before."""
    put(tmp_path, "a.json")
    watch = files.watch(tmp_path)
    files.worlds.broker.faults = lambda _: Fault.REFUSE
    for _ in range(3):
        await watch.round()
    assert len(files.noted("folder_fails")) == 1
    assert "Kafka" in (watch.trouble() or "")
    assert (tmp_path / "own" / "a.json").exists()
    files.worlds.broker.faults = lambda _: None
    await files.worlds.clock.advance(STALE_S)
    await watch.round()
    assert len(files.kept()) == 1
    assert watch.trouble() is None
    assert files.noted("folder_back")


async def test_moved_too_late_it_is_the_same_file(files: Files, tmp_path: Path) -> None:
    """It was written and noted, then its process died: no repeat of itself."""
    path = put(tmp_path, "a.json")
    await looked(files.watch(tmp_path))
    (tmp_path / "own" / "done" / "a.json").rename(path)
    await looked(files.watch(tmp_path))
    assert verdict_of(tmp_path, "done")["outcome"] == "kept"
    assert len(files.kept()) == 1


async def test_paused_or_faulty_a_source_keeps_its_files(
    files: Files, tmp_path: Path
) -> None:
    """And all others are served."""
    files.add("idle", "generic-json", state="paused")
    files.add("odd", "no-such-channel")
    for source in ("idle", "odd", "own"):
        put(tmp_path, "a.json", source=source)
    watch = files.watch(tmp_path)
    await looked(watch)
    assert len(files.kept()) == 1
    assert (tmp_path / "idle" / "a.json").exists()
    assert (tmp_path / "odd" / "a.json").exists()
    assert "no-such-channel" in (watch.trouble() or "")


async def test_links_and_odd_things_are_left_alone(
    files: Files, tmp_path: Path
) -> None:
    """A link could name any file of this machine."""
    secret = tmp_path / "secret"
    secret.write_bytes(ORDER)
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "link.json").symlink_to(secret)
    os.mkfifo(folder / "pipe.json")
    (folder / "folder.json").mkdir()
    await looked(files.watch(tmp_path))
    assert files.kept() == []
    assert (folder / "link.json").is_symlink()


async def test_edi_is_acknowledged(files: Files, tmp_path: Path) -> None:
    """In out/, whole, before the file is put away; sent again it is there again."""
    files.add("edi", "x12", settings={"currency": "USD"})
    body = (CHANNELS_FOLDER / "x12/samples/01-plain/body.edi").read_bytes()
    out = tmp_path / "edi" / "out" / "850.edi.997.edi"
    watch = files.watch(tmp_path)
    put(tmp_path, "850.edi", body, "edi")
    await watch.round()
    first = out.read_bytes()
    assert b"AK5*A~" in first
    out.unlink()
    put(tmp_path, "850.edi", body, "edi")
    await watch.round()
    assert out.read_bytes() == first
    assert [path.name for path in out.parent.iterdir()] == [out.name]
