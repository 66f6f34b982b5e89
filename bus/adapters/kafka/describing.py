"""Who holds what in groups, asked by a process of its own (see `apart`)."""

import json
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from confluent_kafka import KafkaError

from bus.adapters.kafka.config import Connection
from bus.adapters.kafka.counting import Counts
from bus.adapters.kafka.errors import translate
from bus.adapters.kafka.processes import environment, started_by
from bus.adapters.kafka.thread import DaemonThread
from bus.delivery.membership import Assigned, Held, Members
from bus.errors import BrokerUnavailableError, OrderbusError
from bus.record import TopicPartition

_PROGRAM = Path(__file__).with_name("apart.py")
_ANSWER_S = 5
_WITHIN_S = 15.0
_AWAITED, _PATIENT = 0, 10
"""How nice the process is to others: somebody waits for it, or a member has time."""

_Told: TypeAlias = Mapping[str, Mapping[str, list[tuple[str, int]] | None]]


class _Answer(NamedTuple):
    """The members of groups, and for others why there are none to tell."""

    members: Mapping[str, Members]
    errors: Mapping[str, tuple[int, str]]


_NONE = _Answer({}, {})


class Describing:
    """Asks coordinators, each time in a new process that is gone with its answer.

    It costs about a tenth of a second of a core, and 30 MB as long as it lasts.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        program: Path = _PROGRAM,
        within_s: float = _WITHIN_S,
    ) -> None:
        self._connection = connection
        self._program = program
        self._within_s = within_s

    async def ask(self, groups: Collection[str]) -> Mapping[str, Members]:
        """Return the members of each group; groups without an answer are left out."""
        return (await self._answer(groups, _PATIENT)).members

    async def count(self, groups: Collection[str]) -> Counts:
        """Return how many members each group has, or why nobody can say."""
        answer = await self._answer(groups, _AWAITED)
        return {group: _count(answer, group) for group in groups}

    async def _answer(self, groups: Collection[str], niceness: int) -> _Answer:
        thread = DaemonThread("kafka-describing")
        try:
            return await thread.do(lambda: self._ask(sorted(groups), niceness))
        finally:
            thread.end()

    def _ask(self, groups: Collection[str], niceness: int) -> _Answer:
        settings = {**self._connection.admin(), "log_level": "0"}
        question = {
            "settings": settings,
            "groups": groups,
            "within_s": _ANSWER_S,
            "niceness": niceness,
        }
        try:
            done = subprocess.run(  # noqa: S603 - a file of ours, and no argument
                started_by(self._program),
                input=json.dumps(question).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                timeout=self._within_s,
                check=True,
            )
            return _read(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            return _NONE


def _read(answer: bytes) -> _Answer:
    told: Mapping[str, Mapping[str, _Told]] = json.loads(answer)
    members = {
        group: {
            name: Assigned(_held(member["holds"] or ()), _target(member["target"]))
            for name, member in those.items()
        }
        for group, those in told["members"].items()
    }
    errors: Mapping[str, Mapping[str, tuple[int, str]]] = json.loads(answer)
    return _Answer(members, errors["errors"])


def _count(answer: _Answer, group: str) -> int | OrderbusError:
    if group in answer.members:
        return len(answer.members[group])
    if group not in answer.errors:
        return BrokerUnavailableError(f"describe group {group}: no answer")
    code, why = answer.errors[group]
    if code == KafkaError.GROUP_ID_NOT_FOUND:
        return 0
    return translate(KafkaError(code, why), f"describe group {group}")


def _target(named: Collection[tuple[str, int]] | None) -> Held | None:
    return None if named is None else _held(named)


def _held(named: Collection[tuple[str, int]]) -> Held:
    return frozenset(TopicPartition(topic, number) for topic, number in named)
