"""What `bus.alerts` says: alerts, states, silences, sinks; for all who ask."""

from collections.abc import Callable, Mapping

from bus.ports import Clock, LogReader
from bus.record import Record
from bus.watch.alerts import Alert
from bus.watch.muting import Silence
from bus.watch.sinks import Told, read_told
from bus.watch.states import State
from bus.watch.stored import read_alert, read_plain, read_silence
from bus.watch.usual import WEEK, Weeks
from bus.watch.verdicts import Subject
from processors.following import Follower
from processors.watch.records import (
    ALERT,
    FIGURES,
    HOUR,
    SILENCE,
    SINK,
    STATE,
    TRIAL,
    WATCH,
    Look,
    PastHour,
    read_hour,
    read_look,
    read_state,
    term_of,
)

_HOURS_A_WEEK = WEEK // 60


class Board(Follower):
    """Follows the topic; holds what stands there.

    Of what leaders write, only the latest one's counts: one that was frozen, and does
    not know yet that another leads, is not heard. Whose key it wrote to in vain is in
    `overwritten`, since compaction may keep nothing else of that key.
    """

    def __init__(self, reader: LogReader, clock: Clock, topic: str) -> None:
        super().__init__(reader, clock, topic, self._hold)
        self.alerts: dict[str, Alert] = {}
        self.states: dict[Subject, State] = {}
        self.silences: dict[str, Silence] = {}
        self.sinks: dict[str, Told] = {}
        self.figures: dict[str, Mapping[str, object]] = {}
        self.trials: dict[str, float] = {}
        self.look: Look | None = None
        self.term = -1
        self.overwritten: set[str] = set()
        self._hours: dict[str, dict[int, PastHour]] = {}
        self._holders: Mapping[str, Callable[[str, Record], None]] = {
            WATCH: self._hold_look,
            ALERT: self._hold_alert,
            STATE: self._hold_state,
            HOUR: self._hold_hour,
            SINK: self._hold_sink,
            FIGURES: self._hold_figures,
        }

    def weeks(self, topic: str) -> Mapping[int, Weeks]:
        """What came into a topic in past weeks, by hour of the week."""
        return {slot: one.weeks for slot, one in self._hours.get(topic, {}).items()}

    def past(self, topic: str, hour: int) -> PastHour | None:
        """What is known of the hour of the week that an hour (since 1970) is."""
        return self._hours.get(topic, {}).get(hour % _HOURS_A_WEEK)

    def _hold(self, record: Record) -> None:
        key = (record.key or b"").decode(errors="replace")
        if key.startswith(SILENCE):
            self._hold_silence(key, record)
            return
        if key.startswith(TRIAL):
            self._hold_trial(key, record)
            return
        kind = key.partition("/")[0]
        holder = self._holders.get(kind if kind == WATCH else f"{kind}/")
        if holder is not None and self._is_leaders(key, record):
            holder(key, record)

    def _is_leaders(self, key: str, record: Record) -> bool:
        term = term_of(record)
        if term is None and key == WATCH:
            term = record.offset  # it takes over
        if term is None or term < self.term:
            self.overwritten.add(key)
            return False
        self.term = term
        self.overwritten.discard(key)
        return True

    def _hold_look(self, _: str, record: Record) -> None:
        self.look = read_look(read_plain(record.value)) or self.look

    def _hold_alert(self, key: str, record: Record) -> None:
        name = key.removeprefix(ALERT)
        alert = read_alert(read_plain(record.value))
        if alert is None or alert.key != name:
            self.alerts.pop(name, None)
        else:
            self.alerts[name] = alert

    def _hold_state(self, key: str, record: Record) -> None:
        found = read_state(key, read_plain(record.value))
        if found is not None:
            self.states[found[0]] = found[1]
            return
        name = key.removeprefix(STATE)
        self.states = {s: one for s, one in self.states.items() if str(s) != name}

    def _hold_hour(self, _: str, record: Record) -> None:
        past = read_hour(read_plain(record.value))
        if past is not None:
            self._hours.setdefault(past.topic, {})[past.hour % _HOURS_A_WEEK] = past

    def _hold_sink(self, key: str, record: Record) -> None:
        name = key.removeprefix(SINK)
        told = read_told(name, read_plain(record.value))
        if told is None:
            self.sinks.pop(name, None)
        else:
            self.sinks[name] = told

    def _hold_figures(self, key: str, record: Record) -> None:
        name, figures = key.removeprefix(FIGURES), read_plain(record.value)
        if figures:
            self.figures[name] = figures
        else:
            self.figures.pop(name, None)

    def _hold_trial(self, key: str, record: Record) -> None:
        at = read_plain(record.value).get("at")
        if isinstance(at, int | float):
            self.trials[key.removeprefix(TRIAL)] = float(at)

    def _hold_silence(self, key: str, record: Record) -> None:
        silence = read_silence(read_plain(record.value))
        if silence is None:
            self.silences.pop(key.removeprefix(SILENCE), None)
        else:
            self.silences[silence.id] = silence
