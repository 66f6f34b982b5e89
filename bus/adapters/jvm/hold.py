"""One program at a time in a data folder, its dying brokers included."""

from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bus.adapters.jvm.filelock import locked
from bus.adapters.jvm.process import until
from bus.errors import EmbeddedBrokerError

_WAIT_S = 40


@dataclass(frozen=True, slots=True)
class Hold:
    """Two locked files: ours alone, and the one our supervisors hold as well."""

    owner: IO[bytes]
    brokers: IO[bytes]

    def release(self) -> None:
        """Give both back; brokers that still run keep theirs."""
        self.owner.close()
        self.brokers.close()


async def hold(data_dir: Path) -> Hold:
    """Take the folder, which is made if need be.

    Brokers of a program that was killed a moment ago may still be ending; this
    waits for them, but not for a program that lives.

    Raises:
        EmbeddedBrokerError: the folder cannot be made, or is in use.
    """
    held = Hold(_open(data_dir, ".owner"), _open(data_dir, ".brokers"))

    async def ended() -> bool:
        return locked(held.brokers)

    try:
        free = locked(held.owner) and await until(ended, None, _WAIT_S)
    except BaseException:
        held.release()
        raise
    if not free:
        held.release()
        raise EmbeddedBrokerError(
            f"{data_dir} is in use by another embedded Kafka; stop that one or "
            "choose another data folder"
        )
    return held


def _open(data_dir: Path, name: str) -> IO[bytes]:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return (data_dir / name).open("ab")
    except OSError as error:
        raise EmbeddedBrokerError(
            f"the data folder {data_dir} cannot be written: {error.strerror}"
        ) from error
