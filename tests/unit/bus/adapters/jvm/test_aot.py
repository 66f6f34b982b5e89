"""Which caches of java stay on a machine."""

import os
from pathlib import Path

from bus.adapters.jvm.aot import find, record


def _java(folder: Path) -> list[str]:
    """A command of a java that says which release it is."""
    home = folder / "java"
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text("JAVA_VERSION=25\n")
    return [str(home / "bin" / "java"), "-Xmx1m"]


def test_a_few_stay_and_nothing_of_who_was_killed(tmp_path: Path) -> None:
    """The newest ones; what was never finished takes no place of theirs."""
    command, kept = _java(tmp_path), tmp_path / "cache" / "aot"
    kept.mkdir(parents=True)
    for number in range(5):
        made = kept / f"{number}.aot"
        made.touch()
        os.utime(made, (number, number))
    (kept / "9.aot-part").touch()
    (kept / "9.aot-part.config").touch()
    recording = record(tmp_path / "cache", command)
    assert recording is not None
    with recording.lock:
        names = {file.name for file in kept.iterdir()} - {".lock"}
        assert names == {"2.aot", "3.aot", "4.aot"}
        assert record(tmp_path / "cache", command) is None
    recording.final.touch()
    assert find(tmp_path / "cache", command)
    assert not find(tmp_path / "cache", [*command, "-Xms1m"])
