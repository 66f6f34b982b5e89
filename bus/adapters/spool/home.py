"""Which folder of a spool is this process's own."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from bus.adapters.spool.folder import SEGMENT_BYTES, OnDamage, Spool
from bus.adapters.spool.segments import SUFFIX, Segments
from bus.errors import SpoolError

_MOST_PROCESSES = 64


def open_spool(
    folder: Path, most_bytes: int, on_damage: OnDamage = lambda _source, _bytes: None
) -> Spool:
    """The spool of this process: a folder that no other one uses.

    What processes have left that are gone is taken over.

    Raises:
        SpoolError: the folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        home, lock = _home(folder)
        for place in folder.iterdir():
            if place != home and place.name.isdecimal():
                _take_over(place, home)
        spool = Spool(home, most_bytes, on_damage=on_damage)
    except OSError as error:
        why = error.strerror or error
        raise SpoolError(f"the spool {folder} cannot be used: {why}") from None
    spool.own(lock)
    return spool


def _home(folder: Path) -> tuple[Path, int]:
    for number in range(_MOST_PROCESSES):
        place = folder / str(number)
        place.mkdir(exist_ok=True, mode=0o700)
        if (lock := _locked(place)) is not None:
            return place, lock
    raise SpoolError(f"{_MOST_PROCESSES} processes use the spool {folder} already")


def _locked(place: Path) -> int | None:
    lock = os.open(place / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _take_over(place: Path, home: Path) -> None:
    lock = _locked(place)
    if lock is None:
        return
    try:
        for left in (p for p in place.iterdir() if p.is_dir()):
            segments = Segments(home / left.name, SEGMENT_BYTES)
            segments.adopt(iter(sorted(left.glob(f"*{SUFFIX}"))))
            with suppress(OSError):
                (left / "position").unlink(missing_ok=True)
                left.rmdir()
    finally:
        os.close(lock)
