"""Brings the jars into the cache, whole or not at all.

Every file is written under a name of its own, compared with its locked digest
and only then renamed, so neither a killed download, nor two at once, nor a
meddling mirror can leave a wrong file behind.
"""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bus.adapters.jvm.filelock import locked
from bus.adapters.jvm.jars import ClassPath
from bus.adapters.jvm.progress import Progress
from bus.adapters.jvm.transfer import Transfer
from bus.errors import EmbeddedBrokerError

_LOOK_AGAIN_S = 0.2


def ensure(
    class_path: ClassPath,
    repository: Path,
    progress: Progress,
    stopping: threading.Event,
) -> None:
    """Make `repository` hold all of `class_path`; touches no network if it does.

    Blocks; ends early with an error once `stopping` is set.

    Raises:
        EmbeddedBrokerError: no connection, no space, a wrong file, or the extra
            is not installed; the message says what to do.
    """
    if not class_path.missing_from(repository):
        return
    with _disk_errors(class_path, repository), _alone(repository, stopping):
        missing = class_path.missing_from(repository)
        if missing:
            progress.step(f"Downloading Apache Kafka {class_path.version}")
            Transfer(class_path, repository, progress, stopping).run(missing)


@contextmanager
def _alone(repository: Path, stopping: threading.Event) -> Iterator[None]:
    """Let one process download at a time; the lock ends with its process."""
    repository.mkdir(parents=True, exist_ok=True)
    with (repository / ".lock").open("ab") as lock:
        while not locked(lock):
            if stopping.wait(_LOOK_AGAIN_S):
                raise EmbeddedBrokerError("the download was stopped")
        _sweep(repository)
        yield


def _sweep(repository: Path) -> None:
    """Remove what a killed download left."""
    for part in repository.rglob(".part-*"):
        part.unlink(missing_ok=True)


@contextmanager
def _disk_errors(class_path: ClassPath, repository: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise EmbeddedBrokerError(
                f"the disk is full: Apache Kafka needs {class_path.size / 1e6:.0f} MB "
                f"in {repository}; make room or choose another cache folder"
            ) from error
        raise EmbeddedBrokerError(
            f"the cache folder {repository} cannot be written: "
            f"{os.strerror(error.errno or errno.EIO)}"
        ) from error
