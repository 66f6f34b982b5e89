"""Health, alerts and silences over HTTP."""

from dataclasses import replace
from enum import StrEnum
from typing import get_args

import pytest

from bus.adapters.memory.publisher import MemoryPublisher
from bus.watch.sinks import Told
from bus.watch.states import State
from bus.watch.verdicts import Health, Kind, Subject
from processors.gateway.watch_models import PartShown
from processors.watch.records import (
    Look,
    alert_message,
    look_message,
    sink_message,
    state_message,
)
from tests.support.gateway import Client
from tests.support.worlds import Worlds
from tests.unit.bus.watch.test_stored import ALERT

TOPIC = "bus.alerts"
BUS = Subject(Kind.BUS)
DEAF = Told(name="chat", kind="apprise", failing_since=1.5, why="no answer", waiting=2)
NEW = {"rule": "lag", "duration": "2h", "why": "a move"}


async def looked(ask: Client, worlds: Worlds) -> None:
    """A watch has looked, something fires, and the gateway has read it."""
    publisher, now = MemoryPublisher(worlds.broker), worlds.clock.now()
    for message in (
        look_message(TOPIC, Look(leader="a/1", at=now), 0),
        state_message(TOPIC, BUS, State(Health.HEALTHY), 0),
        alert_message(TOPIC, ALERT.key, ALERT, 0),
        sink_message(TOPIC, DEAF, DEAF.name, 0),
    ):
        await ask.api.board.applied(await publisher.publish(message))


async def test_without_a_watch_nobody_knows(ask: Client) -> None:
    """It says so, and what to do."""
    got = await ask("GET", "/v1/health", by="reader")
    assert (got.status, got.json["state"]) == (200, "unknown")
    assert (await ask("GET", "/v1/alerts")).json == {
        "data": [],
        "stale": "no watch has ever looked: bus run watch",
    }


async def test_what_the_watch_says(ask: Client, worlds: Worlds) -> None:
    """States and alerts; to no partner."""
    await looked(ask, worlds)
    assert (await ask("GET", "/v1/health")).json["state"] == "healthy"
    (alert,) = (await ask("GET", "/v1/alerts", by="support")).rows
    assert (alert["rule"], alert["name"], alert["phase"]) == (
        *("lag", "oms.order"),
        "firing",
    )
    assert (await ask("GET", "/v1/alerts", by="partner")).status == 403


async def test_who_is_told(ask: Client, worlds: Worlds) -> None:
    """And since when one takes nothing; to no partner."""
    await looked(ask, worlds)
    (sink,) = (await ask("GET", "/v1/alert-sinks", by="support")).rows
    assert sink == {
        "name": "chat",
        "kind": "apprise",
        "state": "failing",
        "sent": None,
        "failing_since": "1970-01-01T00:00:01.500000Z",
        "why": "no answer",
        "waiting": 2,
        "quiet_hours": None,
        "tried_at": None,
        "tried_why": None,
        "actions": ["test"],
    }
    assert (await ask("GET", "/v1/alert-sinks", by="partner")).status == 403


async def test_a_silence_comes_and_goes(ask: Client, worlds: Worlds) -> None:
    """Whose it is stands in it, and each change in the audit."""
    await looked(ask, worlds)
    made = await ask("POST", "/v1/silences", NEW)
    assert (made.status, made.json["rule"], made.json["covers"]) == (201, "lag", 1)
    (row,) = (await ask("GET", "/v1/silences")).rows
    assert row == made.json
    (alert,) = (await ask("GET", "/v1/alerts")).rows
    assert alert["silenced_until"] == row["until"]
    assert (row["actions"], alert["actions"]) == (["end"], ["silence"])
    for path in ("/v1/silences", "/v1/alerts"):
        (seen,) = (await ask("GET", path, by="reader")).rows
        assert seen["actions"] == []
    ended = await ask("POST", f"/v1/silences/{row['id']}/end", {})
    assert (ended.status, ended.json["covers"]) == (200, 0)
    assert (await ask("GET", "/v1/silences")).rows == []
    again = await ask("POST", f"/v1/silences/{row['id']}/end", {})
    assert (again.status, again.slug) == (404, "not-found")
    changes = [(c.action, c.entity) for c in worlds.audited() if c.entity == "silence"]
    assert changes == [("add", "silence"), ("end", "silence")]


async def test_not_everything_can_be_silent(ask: Client, worlds: Worlds) -> None:
    """Nor for ever."""
    for wrong in ({"duration": "2h"}, {**NEW, "duration": "31d"}):
        got = await ask("POST", "/v1/silences", wrong)
        assert (got.status, got.slug) == (422, "invalid")
    assert worlds.records(TOPIC) == []


@pytest.mark.parametrize(
    ("name", "words"), [("kind", Kind), ("state", Health)], ids=["kind", "state"]
)
def test_every_word_of_the_watch_may_be_answered(
    name: str, words: type[StrEnum]
) -> None:
    """One that is new to the watch is no bug of the gateway."""
    assert set(get_args(PartShown.__annotations__[name])) == set(words)


async def test_a_sink_is_tried_by_the_watch(ask: Client, worlds: Worlds) -> None:
    """Asked for in the topic, where its leader finds it; of none there is nothing."""
    path = "/v1/alert-sinks/chat/test"
    assert (await ask("POST", path)).slug == "conflict"
    await looked(ask, worlds)
    got = await ask("POST", path)
    assert (got.status, got.json["name"], got.json["tried_why"]) == (202, "chat", None)
    assert ask.api.board.trials == {"chat": worlds.clock.now()}
    tried = replace(DEAF, tried=worlds.clock.now(), tried_why="no answer")
    message = sink_message(TOPIC, tried, tried.name, 0)
    await ask.api.board.applied(await MemoryPublisher(worlds.broker).publish(message))
    (row,) = (await ask("GET", "/v1/alert-sinks")).rows
    assert (row["tried_at"], row["tried_why"]) == (got.json["tried_at"], "no answer")
    assert (await ask("POST", "/v1/alert-sinks/nobody/test")).status == 404
    assert (await ask("POST", path, by="partner")).status == 403


@pytest.mark.parametrize("duration", ["99999d", "0s"])
async def test_a_silence_has_an_end(ask: Client, duration: str) -> None:
    """Which field is wrong is told."""
    got = await ask("POST", "/v1/silences", {**NEW, "duration": duration})
    assert got.status == 422
    assert b'"pointer":"#/duration"' in got.body
