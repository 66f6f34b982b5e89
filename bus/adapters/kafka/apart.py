"""A process of its own that asks who holds what in some groups, says so, and ends.

librdkafka's admin client (2.16.1) ends its whole process by an assertion if a
coordinator hangs up while it is asked. `describing` starts this file (see `processes`).
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Iterable, Mapping
from typing import Protocol

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # re-exported without saying so
    AdminClient,
    MemberDescription,
)


class _Assignment(Protocol):
    @property
    def topic_partitions(self) -> Iterable[TopicPartition]: ...


def main() -> None:
    """Answer the question, as JSON: members by group, and why there is no answer."""
    if resource.getrlimit(resource.RLIMIT_CORE)[1]:  # it would hold credentials
        # 1 is too small for any, and holds where cores go to a program, unlike 0.
        resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    question = json.load(sys.stdin)
    os.nice(question["niceness"])
    signal.alarm(question["within_s"] + 1)  # should nobody be left to end it
    client = AdminClient(question["settings"])
    asked = client.describe_consumer_groups(
        question["groups"], request_timeout=question["within_s"]
    )
    members, errors = {}, {}
    for group, future in asked.items():
        try:
            members[group] = {m.member_id: _told(m) for m in future.result().members}
        except KafkaException as error:
            errors[group] = (error.args[0].code(), error.args[0].str())
    sys.stdout.write(json.dumps({"members": members, "errors": errors}))
    sys.stdout.flush()
    os._exit(0)  # nothing is worth waiting for


def _told(member: MemberDescription) -> Mapping[str, object]:
    target = member.target_assignment
    return {
        "holds": _named(member.assignment),
        "target": None if target is None else _named(target),
    }


def _named(assignment: _Assignment) -> list[tuple[str, int]]:
    return [(p.topic, p.partition) for p in assignment.topic_partitions]


if __name__ == "__main__":
    main()
