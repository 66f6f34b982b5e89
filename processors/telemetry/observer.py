"""What the engine reports, turned into lines, spans and metrics."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from bus.delivery.delivery import Attempt
from bus.event import Event
from bus.native.loading import core as native
from bus.ports import Change, Clock, PartitionChange, Span, Step
from bus.record import Expired, Record, TopicPartition
from processors.telemetry import names, process_names
from processors.telemetry.attempt_lines import AttemptLines
from processors.telemetry.health import Beat, Health, Pages
from processors.telemetry.kinds import Level
from processors.telemetry.logs import (
    LibraryLines,
    Lines,
    Stamp,
    choose_style,
    make_log,
    standard_error,
)
from processors.telemetry.metrics import Metrics
from processors.telemetry.traces import Traces, otlp_provider

_GRAVE_CHANGES = frozenset(
    {Change.DISABLED, Change.BREAKER_OPENED, Change.FUSE_BLOWN, Change.HELD}
)
_GRAVE_PARTITIONS = frozenset({PartitionChange.LOST, PartitionChange.STOPPED})
_TOPICS_SHOWN = 8
# Fields that every line has; a note's own of that name gets a `_` behind it.
_TAKEN = frozenset({"time", "level", "program", "event"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetryConfig:
    """What an operator chose. `otlp_endpoint` None: nothing is traced."""

    program: str
    version: str = ""
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Level = "info"
    otlp_endpoint: str | None = None
    trace_ratio: float = 0.05
    host_names: Sequence[str] = ()


class Telemetry:
    """Fulfils `bus.ports.Observer`; one a process, on its event loop."""

    def __init__(
        self,
        clock: Clock,
        config: TelemetryConfig,
        *,
        out: BinaryIO | None = None,
        traces: Traces | None = None,
    ) -> None:
        out = out or standard_error()
        style = choose_style(config.log_format, out)
        self._lines = Lines(out)
        self._log = make_log(
            self._lines,
            Stamp(clock, config.program),
            style=style,
            level=config.log_level,
            colors=out.isatty(),
        )
        self._attempts = AttemptLines(
            self._log, self._lines, clock, config.program, json=style == "json"
        )
        self._library: LibraryLines | None = None
        self._traces = traces or _traces(config)
        self._beat = Beat()
        self.health = Health()
        self.metrics = Metrics()
        self.metrics.gauge(
            process_names.LOOP_DELAY, lambda: {"": self._beat.longest_s()}
        )
        self.metrics.gauge(
            process_names.NATIVE, lambda: {"": float(native is not None)}
        )
        self._expired: Counter[str] = Counter()
        self.health.notice("expired", lambda: _expiry_of(self._expired))
        self._pages = Pages(self.metrics, self.health, config.host_names)

    async def start(self, host: str = "127.0.0.1", port: int | None = None) -> str:
        """Begin to buffer lines and, given a port (0: a free one), serve the pages.

        Returns their URL, or "".

        Raises:
            ConfigurationError: the address cannot be had.
        """
        url = "" if port is None else await self._pages.start(host, port)
        self._lines.buffer()
        self._beat.start()
        self._library = LibraryLines(self._log, asyncio.get_running_loop())
        logging.getLogger().addHandler(self._library)
        return url

    async def stop(self) -> None:
        """Stop serving, send the last spans, write the last lines."""
        await self._pages.stop()
        self._beat.stop()
        await asyncio.to_thread(self._traces.stop)
        if self._library is not None:
            logging.getLogger().removeHandler(self._library)
        self._lines.unbuffer()

    # --- bus.ports.Observer

    def attempt(self, attempt: Attempt, host: str) -> None:
        """Write the one wide line, and count."""
        self.metrics.attempt(attempt)
        level: Level = "info"
        if attempt.route.startswith("dead_letter"):
            level = "warning"
            self.metrics.measure(names.LINES, 1, level)
        self._attempts.write(level, attempt, host)

    def span(
        self,
        step: Step,
        event: Event,
        target: str,
        *,
        subscription: str = "",
        parent: str | None = None,
    ) -> Span:
        """Begin a step of an event's trace."""
        return self._traces.span(step, event, target, subscription, parent)

    def transition(self, subscription: str, change: Change, why: str = "") -> None:
        """Say what befell a subscription; `REMOVED` ends its series."""
        name = names.TROUBLE if change in _GRAVE_CHANGES else names.CHANGE
        self.note(name, subscription=subscription, change=change.value, why=why)
        if change is Change.REMOVED:
            self.metrics.forget(subscription)
        else:
            self.metrics.change(subscription, change.value)

    def quarantined(self, record: Record, why: str) -> None:
        """Say which record, never what is in it."""
        self.metrics.measure(names.QUARANTINES, 1, record.topic)
        self.note(
            names.QUARANTINED,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            why=why,
        )

    def expired(self, group: str, gone: Expired, lost: int, held: int) -> None:
        """Say how many, and before where; `/readyz` says it as long as we live."""
        topic, partition = gone.topic_partition
        self.metrics.measure(names.EXPIRED_RECORDS, lost + held, topic)
        self._expired[topic] += lost + held
        self.note(
            names.EXPIRED,
            group=group,
            topic=topic,
            partition=partition,
            before=gone.start,
            records=lost + held,
            lost=lost,
            held=held,
        )

    def partitions(
        self,
        group: str,
        change: PartitionChange,
        partitions: Collection[TopicPartition],
        why: str = "",
    ) -> None:
        """Say how many partitions of which topics came or went."""
        self.metrics.measure(names.PARTITION_CHANGES, len(partitions), change.value)
        grave = change in _GRAVE_PARTITIONS
        topics = sorted({p.topic for p in partitions})
        self.note(
            names.PARTITIONS_LOST if grave else names.PARTITIONS,
            group=group,
            change=change.value,
            count=len(partitions),
            topics=topics[:_TOPICS_SHOWN],
            why=why,
        )

    def note(self, name: str, **fields: object) -> None:
        """Write a line at the level that `names` gives it; `error` for others."""
        known = names.NOTES.get(name)
        level: Level = known.level if known else "error"
        if level in {"warning", "error"}:
            self.metrics.measure(names.LINES, 1, level)
        if fields.get("why") == "":
            del fields["why"]
        if not _TAKEN.isdisjoint(fields):
            fields = {f"{k}_" if k in _TAKEN else k: v for k, v in fields.items()}
        self._log.line(level, name, fields)

    def measure(self, name: str, value: float = 1, label: str = "") -> None:
        """Add to a counter or observe in a histogram."""
        try:
            self.metrics.measure(name, value, label)
        except (KeyError, ValueError):
            self.note(names.BUG, why=f"no such metric: {name}", exc_info=True)

    def gauge(self, name: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Ask `read` at every scrape."""

        def guarded() -> Mapping[str, float]:
            try:
                return read()
            except Exception:  # noqa: BLE001 - the other gauges are still wanted
                self.note(names.BUG, why=f"gauge {name} failed", exc_info=True)
                return {}

        try:
            self.metrics.gauge(name, guarded)
        except KeyError:
            self.note(names.BUG, why=f"no such gauge: {name}")


def _expiry_of(expired: Counter[str]) -> str | None:
    said = [f"{count} of {topic}" for topic, count in sorted(expired.items())]
    what = ", ".join(said[:_TOPICS_SHOWN])
    return f"records that Kafka deleted unsettled: {what}" if said else None


def _traces(config: TelemetryConfig) -> Traces:
    if config.otlp_endpoint is None:
        return Traces(None, 0)
    provider = otlp_provider(config.otlp_endpoint, config.program, config.version)
    return Traces(provider, config.trace_ratio)
