"""Log lines: structlog, JSON or for a terminal, buffered, without secrets."""

import atexit
import logging
import re
import sys
import threading
from asyncio import AbstractEventLoop, TimerHandle, get_running_loop
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import BinaryIO, Literal

import orjson
import structlog
from typing_extensions import override

from bus.ports import Clock
from processors.screen.plain import plain, plain_json, plain_lines
from processors.telemetry import names
from processors.telemetry.kinds import Level

_FLUSH_S = 0.1
_FLUSH_BYTES = 65_536
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# Cheap to look for; only a line that has one of them is searched in earnest.
HINTS = (b"whs", b"uthorization", b"earer ", b"asic ", b"assword")
_SECRETS = re.compile(
    rb"(whsec_|whsk_)[A-Za-z0-9+/=_-]+"
    rb"|(?i:((?:authorization|password)\\?[\"']?\s*[:=]\s*\\?[\"']?)"
    rb"(?:(?:basic|bearer)\s+)?[^\"'\\,;}\s]+)"
    rb"|(?i:(bearer |basic )[A-Za-z0-9+/=._~-]{8,})"
)

_DEL = b"\x7f"

# What a terminal does not show of an attempt, which is two lines at 80 columns then;
# JSON has it, and `bus trace ORDER` tells it.
_OF_AN_ATTEMPT = frozenset(
    ("program", "event_id", "route", "host", "topic", "partition", "offset", "trace_id")
)

Fields = MutableMapping[str, object]


def redact(line: bytes) -> bytes:
    """The line without what looks like a secret. The last defence, not the first."""
    for hint in HINTS:
        if hint in line:
            return _SECRETS.sub(_mask, line)
    return line


def _mask(found: re.Match[bytes]) -> bytes:
    kept = next((group for group in found.groups() if group), b"")
    return kept + b"[redacted]"


class Lines:
    """Collects lines and writes them 100 ms or 64 KiB later, urgent ones at once.

    Without a running event loop every line is written at once. What a SIGKILL may
    cost is the last 100 ms.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._waiting: list[bytes] = []
        self._size = 0
        self._timer: TimerHandle | None = None
        self._loop: AbstractEventLoop | None = None

    def write(self, line: bytes) -> None:
        """Take a line (without its end)."""
        self._waiting.append(line)
        self._size += len(line)
        if self._loop is None or self._size >= _FLUSH_BYTES:
            self.flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(_FLUSH_S, self.flush)

    msg = debug = info = write

    def urgent(self, line: bytes) -> None:
        """Take a line and write it, and all before it, now."""
        self._waiting.append(line)
        self.flush()

    warning = error = urgent

    def flush(self) -> None:
        """Write all lines out. A reader that is gone takes them with it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._waiting, self._size = self._waiting, [], 0
        if not lines:
            return
        try:
            self._out.write(b"\n".join(lines) + b"\n")
            self._out.flush()
        except (OSError, ValueError):
            return

    def buffer(self) -> None:
        """Begin to buffer, on the running loop."""
        self._loop = get_running_loop()
        atexit.register(self.flush)

    def unbuffer(self) -> None:
        """Write all lines out, and every later one at once."""
        self._loop = None
        self.flush()
        atexit.unregister(self.flush)


class Stamp:
    """Begins every line: when, how grave, which program, what."""

    def __init__(self, clock: Clock, program: str) -> None:
        self._now = clock.now
        self._program = program

    def __call__(self, level: Level, name: str) -> Fields:
        """The fields that every line has."""
        return {
            "time": datetime.fromtimestamp(self._now(), UTC),
            "level": level,
            "program": self._program,
            "event": name,
        }


def _json(_: object, __: str, fields: Fields) -> bytes:
    line = orjson.dumps(fields, default=str, option=orjson.OPT_UTC_Z)
    # Cheap to look for; JSON itself escapes all other controls.
    if _DEL in line or not line.isascii():
        line = plain_json(line.decode()).encode()
    return redact(line)


class _Console:
    def __init__(self, *, colors: bool) -> None:
        self._render = structlog.dev.ConsoleRenderer(
            colors=colors, timestamp_key="time", pad_event_to=0, sort_keys=False
        )

    def __call__(self, logger: object, level: str, fields: Fields) -> bytes:
        when = fields["time"]
        if isinstance(when, datetime):
            fields["time"] = f"{when.astimezone():%H:%M:%S.%f}"[:-3]
        shown = {
            name: _plain(name, value)
            for name, value in fields.items()
            if value not in ("", None) and name not in _unshown(fields)
        }
        return redact(self._render(logger, level, shown).encode())


def _unshown(fields: Fields) -> frozenset[str]:
    return _OF_AN_ATTEMPT if fields.get("event") == names.ATTEMPT else frozenset()


def _plain(name: str, value: object) -> object:
    """A field that cannot act on a terminal; only a traceback has line ends."""
    if isinstance(value, str):
        text = str(value)  # A member of an enum is shown as the text it is.
        return plain_lines(text) if name == "exception" else plain(text)
    # What is no text is shown by `repr`, which escapes as well.
    return round(value, 3) if isinstance(value, float) else value


class Log(structlog.BoundLoggerBase):
    """A structlog logger for lines whose fields come as one dict.

    The usual `log.info(event, **fields)` binds and copies: 6 of 10 microseconds a
    line. An attempt's line is on the hot path, so this goes straight through the
    processors.
    """

    least = 0
    stamp: Stamp

    def line(self, level: Level, name: str, fields: Fields) -> None:
        """Write one line, unless `level` is below what is written."""
        if LEVELS[level] < self.least:
            return
        line = self.stamp(level, name)
        line.update(fields)
        for process in self._processors:
            line = process(self._logger, level, line)  # type: ignore[assignment]
        getattr(self._logger, level)(line)


def make_log(
    lines: Lines,
    stamp: Stamp,
    *,
    style: Literal["json", "console"],
    level: Level,
    colors: bool = False,
) -> Log:
    """A logger that writes to `lines`, for a machine or for a terminal."""
    render = _json if style == "json" else _Console(colors=colors)
    log: Log = structlog.wrap_logger(
        lines,
        processors=[structlog.processors.format_exc_info, render],
        wrapper_class=Log,
    ).bind()
    log.least = LEVELS[level]
    log.stamp = stamp
    return log


def choose_style(
    wish: Literal["auto", "json", "console"], out: BinaryIO
) -> Literal["json", "console"]:
    """What `auto` means for this output: console on a terminal, else JSON."""
    if wish != "auto":
        return wish
    return "console" if out.isatty() else "json"


def standard_error() -> BinaryIO:
    """Where log lines go, so that results have standard output to themselves."""
    return sys.stderr.buffer


class LibraryLines(logging.Handler):
    """Brings the lines of libraries (stdlib logging) into our form: warnings and up.

    They may come from any thread; those of others take a turn on the loop.
    """

    def __init__(self, log: Log, loop: AbstractEventLoop) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._loop = loop
        self._thread = threading.get_ident()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        said: Fields = {"logger": record.name, "message": record.getMessage()}
        if threading.get_ident() == self._thread or self._loop.is_closed():
            self._log.line(level, names.LIBRARY, said)
        else:
            self._loop.call_soon_threadsafe(self._log.line, level, names.LIBRARY, said)
