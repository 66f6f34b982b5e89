"""A process of its own that writes to one partner's Kafka, until its input ends.

`writer` starts this file; `processes` says why. On standard input come frames, a
length of four bytes and so many of `marshal`: first librdkafka's settings, then

- `("write", number, topic, key, value, headers)`
- `("brokers", number, topic, within_s)`

On standard output go lines of JSON, each a list of `[number, error, brokers]`: answers
to those numbers, with librdkafka's name of what went wrong or null. Numbers below 1 are
what the client complains of meanwhile: after `FATAL` it writes nothing any more, and
says so of all. It ends with `REFUSED` where the settings are none, with `FAILED` at a
bug.
"""

import ctypes
import json
import marshal
import os
import resource
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import BinaryIO, Final, TypeAlias

from confluent_kafka import KafkaError, KafkaException, Message, Producer

FAILED: Final = 1
REFUSED: Final = 3
ABOUT_ALL: Final = 0
FATAL: Final = -1
_LENGTH = 4
_AHEAD = 262_144
_MOST_BROKERS = 400
"""librdkafka has a thread for each that a cluster names, so that one could take all."""
_MEMORY = 1_073_741_824
_STACK = 8_388_608
_POLL_S = 0.1
_SOON_S = 1.0
_PR_SET_PDEATHSIG = 1
_AFTER_FATAL = frozenset({"_FATAL", "_PURGE_QUEUE", "_PURGE_INFLIGHT"})
_Told: TypeAlias = tuple[int, str | None, Sequence[tuple[str, int]] | None]


def _frame(source: BinaryIO) -> bytes | None:
    """The next frame; None: nobody is there any more."""
    length = source.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    return source.read(int.from_bytes(length)) or None


class _Writer:
    """One producer. The main thread writes, another one polls and tells."""

    def __init__(self, settings: dict[str, object]) -> None:
        self._lock = threading.Lock()
        self._told: list[_Told] = []
        self._fatal = ""
        self._failed = threading.Event()
        self._producer = Producer({**settings, "error_cb": self._complained})

    def serve(self, source: BinaryIO) -> None:
        """Do what is asked until nobody asks any more."""
        threading.Thread(target=self._poll, daemon=True).start()
        while (frame := _frame(source)) is not None:
            what, *asked = marshal.loads(frame)  # noqa: S302 - who started us wrote it
            if what == "write":
                self._write(*asked)
            else:
                # It may hang as long as that.
                ask = partial(self._brokers, *asked)
                threading.Thread(target=ask, daemon=True).start()

    def _write(
        self,
        number: int,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
    ) -> None:
        done = partial(self._written, number)
        named: list[tuple[str, str | bytes | None]] = list(headers)
        while True:
            try:
                self._producer.produce(
                    topic, value, key, on_delivery=done, headers=named
                )
            except BufferError:  # there is room once something is acknowledged
                self._look()
                continue
            except KafkaException as error:
                self._tell([(number, self._name(error.args[0]), None)])
            return

    def _brokers(self, number: int, topic: str, within_s: float) -> None:
        try:
            brokers = self._producer.list_topics(topic, within_s).brokers.values()
            found: _Told = number, None, [(one.host, one.port) for one in brokers]
        except KafkaException as error:
            found = number, error.args[0].name(), None
        self._tell([found])

    def _poll(self) -> None:
        while True:
            self._look()

    def _look(self) -> None:
        try:
            self._producer.poll(_POLL_S)
        except KafkaException as error:  # what is fatal is raised, not told
            self._complained(error.args[0])
        with self._lock:
            told, self._told = self._told, []
        self._tell(told)

    def _written(
        self, number: int, error: KafkaError | None, message: "Message[bytes, bytes]"
    ) -> None:
        name = None if error is None else self._name(error)
        if name is None and message.offset() is None:
            # What librdkafka takes for written because a later one is: a new leader
            # may have lost it.
            name = "GUESSED"
        with self._lock:
            self._told.append((number, name, None))

    def _complained(self, error: KafkaError) -> None:
        if error.fatal() or error.name() == "_FATAL":
            self._fatal = error.name()
            self._failed.set()
            self._producer.purge(blocking=False)
        told = FATAL if self._fatal else ABOUT_ALL
        with self._lock:
            self._told.append((told, error.name(), None))

    def _name(self, error: KafkaError) -> str:
        """What is wrong; after a fatal error, that where it says so of all records."""
        name = error.name()
        if name == "_FATAL":
            self._failed.wait(_SOON_S)  # another thread hears of it
        told = name in _AFTER_FATAL and self._fatal.endswith("AUTHORIZATION_FAILED")
        return self._fatal if told else name

    def _tell(self, told: Sequence[_Told]) -> None:
        if not told:
            return
        line = json.dumps(told) + "\n"
        with self._lock:
            sys.stdout.write(line)
            sys.stdout.flush()


def _confine() -> None:
    """Leave no core, which would hold credentials; take no machine for itself.

    By its address space, since a limit of processes is about all of a user's.
    """
    if resource.getrlimit(resource.RLIMIT_CORE)[1]:
        # Smaller than any core; and unlike 0 it holds where cores go to a program.
        resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
    each = _STACK if stack == resource.RLIM_INFINITY else stack
    most = _MEMORY + _MOST_BROKERS * each
    with suppress(ValueError, OSError):  # there is a narrower one, or none at all
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    # Without one of its threads it would only be silent.
    threading.excepthook = lambda _: os._exit(FAILED)


def _end_with_who_started() -> None:
    """Have Linux kill this with its worker: who is frozen reads no end of its input.

    It goes by the thread that started this, which is that of the event loop.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Write what is asked for on standard input; never wait for what is under way."""
    _end_with_who_started()
    _confine()
    # Who started us ends us, and has to deliver what is under way before that.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    source = open(0, "rb", buffering=_AHEAD)  # noqa: SIM115 - for as long as it lasts
    settings = _frame(source)
    if settings is None:
        return
    try:
        writer = _Writer(marshal.loads(settings))  # noqa: S302 - as above
    except KafkaException:
        os._exit(REFUSED)
    status = FAILED
    try:
        writer.serve(source)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
