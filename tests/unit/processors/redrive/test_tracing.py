"""What befell an event: found, put in order, shown."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import cast

from rich.console import Console

from bus.ports import LogReader
from bus.record import Message, Record
from processors.redrive.letters import Wanted, read_letters
from processors.redrive.rendering import render, span
from processors.redrive.replaying import replay
from processors.redrive.timeline import Step, Timeline, Track, as_json, timeline
from processors.redrive.tracing import trace
from tests.support.past import Past
from tests.support.worlds import Worlds


def shown(life: Timeline) -> str:
    """The timeline as text, on a terminal narrower than its lines."""
    console = Console(width=40, color_system=None, soft_wrap=True)
    with console.capture() as capture:
        console.print(render(life))
    return capture.get()


async def test_a_retried_event(past: Past, worlds: Worlds) -> None:
    """Two attempts, the tier between, accepted after how long."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    await worlds.clock.advance(0.5)
    await past.attempt(
        "acme", event, "failed", "retry:1s", detail="503 oops", record=record
    )
    await worlds.clock.advance(1)
    await past.attempt("acme", event, "accepted", "done", number=2, record=record)
    (life,) = await trace(past.world, event.id, 0)
    assert life.place == f"oms.order/{record.partition}/{record.offset}"
    assert life.produced_ms == record.timestamp_ms
    (track,) = life.tracks
    assert (track.subscription, track.state, track.attempts) == ("acme", "accepted", 2)
    assert track.accepted_after_ms == 1502
    assert [step.route for step in track.steps] == ["retry:1s", "done"]
    text = shown(life)
    assert f"produced by {event.source}" in text
    assert "acme  accepted after 1.50 s, 2 attempts" in text
    assert "+500 ms  attempt 1: failed (503 oops) in 2.0 ms → waits 1s" in text
    assert "+1.50 s  attempt 2: accepted 200 in 2.0 ms" in text


async def test_no_word_from_outside_forges_a_line(past: Past) -> None:
    """An order id and an answer may hold line ends; they are shown as what they are."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    detail = "503 oops\n└── bank  accepted"
    await past.attempt(
        "acme", event, "failed", "retry:1s", detail=detail, record=record
    )
    (life,) = await trace(past.world, event.id, 0)
    forged = replace(life, order_id="SO-1\n└── bank  accepted", source="/oms\n└── x")
    lines = shown(forged).splitlines()
    assert [line for line in lines if line.startswith("└── ")] == [lines[2]]
    assert lines[2].startswith("└── acme")


async def test_a_dead_letter_that_was_replayed(past: Past, worlds: Worlds) -> None:
    """The dead letter, the replay by hand, and the attempt that followed."""
    acme = await past.subscribe()
    (event, record), *_ = await past.order()
    await past.attempt(
        "acme", event, "refused", "dead_letter:refused", detail="422", record=record
    )
    await worlds.clock.advance(0.01)
    await past.die("acme", event, record)
    (life,) = await trace(past.world, event.id, 0)
    assert life.tracks[0].state == "dead_letter"
    await worlds.clock.advance(60)
    letters = read_letters(past.world, "acme", Wanted())
    await replay(past.world, acme, letters, lambda _: None)
    (life,) = await trace(past.world, event.id, 0)
    assert life.tracks[0].state == "replayed"
    await worlds.clock.advance(1)
    await past.attempt("acme", event, "accepted", "done", replay=1, record=record)
    (life,) = await trace(past.world, event.id, 0)
    kinds = [step.kind for step in life.tracks[0].steps]
    assert kinds == ["attempt", "dead_letter", "replayed", "attempt"]
    text = shown(life)
    assert "dead letter: every attempt failed" in text
    assert "replayed by hand" in text
    assert "attempt 1 of replay 1: accepted 200" in text


async def test_a_late_mark_stands_before_what_it_caused(
    past: Past, worlds: Worlds
) -> None:
    """The replayed delivery may arrive before the mark is written."""
    acme = await past.subscribe()
    (event, record), *_ = await past.order()
    await past.die("acme", event, record)
    await worlds.clock.advance(1)
    await past.attempt("acme", event, "accepted", "done", replay=1, record=record)
    await worlds.clock.advance(1)
    letters = read_letters(past.world, "acme", Wanted())
    await replay(past.world, acme, letters, lambda _: None)
    (life,) = await trace(past.world, event.id, 0)
    kinds = [step.kind for step in life.tracks[0].steps]
    assert kinds == ["dead_letter", "replayed", "attempt"]
    assert life.tracks[0].state == "accepted"


async def test_an_order_shows_all_its_events(past: Past) -> None:
    """In the order of their production; who matches is there before any attempt."""
    await past.subscribe()
    story = await past.order()
    lives = await trace(past.world, story[0][0].subject, 0)
    assert {life.event_id for life in lives} == {event.id for event, _ in story}
    for life in lives:
        expected = ["acme"] if life.event_type.startswith("order.") else []
        assert [track.subscription for track in life.tracks] == expected
        assert {track.state for track in life.tracks} <= {"unseen"}
    assert "matches it; no attempt is known" in shown(lives[0])


async def test_an_order_shows_events_with_any_key(past: Past) -> None:
    """What stands under the order's own key is not taken for all there is."""
    story = await past.order()
    (event, record), foreign = story[0], "0b7e2f58-52a4-4c1d-8f0e-7c3a9d1b6e24"
    kept = [h for h in record.headers if h[0] != "ce_id"]
    headers = (*kept, ("ce_id", foreign.encode()))
    message = Message(record.topic, b"customer-7", record.value, headers)
    await past.world.publisher.publish(message)
    lives = await trace(past.world, event.subject, 0)
    ids = {life.event_id for life in lives}
    assert ids == {foreign, *(other.id for other, _ in story)}


async def test_an_event_without_attempts_is_found(past: Past, worlds: Worlds) -> None:
    """By reading the sources; a subscription made later does not match it."""
    (event, _), *_ = await past.order()
    await worlds.clock.advance(1)
    await past.subscribe()
    (life,) = await trace(past.world, event.id, 0)
    assert life.event_id == event.id
    assert list(life.tracks) == []
    assert "no subscription matched it" in shown(life)
    assert await trace(past.world, event.id, past.now_ms) == []


async def test_nothing_known_is_nothing(past: Past) -> None:
    """An unknown name has no timeline, and no facts make none."""
    await past.order()
    assert await trace(past.world, "nope", 0) == []
    assert timeline([], []) is None


class _Counted:
    """Fulfils `LogReader`, and notes what is read."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self.read_of: list[tuple[str, bool]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)

    def read(self, topic: str, **bounds: object) -> AsyncIterator[Sequence[Record]]:
        """Note the topic, and whether one partition is enough."""
        self.read_of.append((topic, bounds.get("key") is not None))
        return self._reader.read(topic, **bounds)  # type: ignore[arg-type]


async def test_what_befell_others_is_read_like_nothing(past: Past) -> None:
    """How long the answer takes does not tell that there is such an event, or order."""
    await past.subscribe()
    await past.subscribe("other")
    (event, record), *_ = await past.order()
    await past.attempt("acme", event, "refused", "dead_letter:refused", record=record)
    await past.die("acme", event, record)
    reads = []
    for name in (event.id, event.subject, "nope"):
        counted = _Counted(past.world.reader)
        world = replace(past.world, reader=counted)  # type: ignore[arg-type]  # hands on
        await trace(world, name, 0, sees=lambda one: one == "other")
        reads.append(counted.read_of)
    assert reads[0] == reads[1] == reads[2]


async def test_held_and_waiting(past: Past, worlds: Worlds) -> None:
    """A hop without a call is no attempt; a source record may be gone."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    await past.attempt(
        "acme", event, "held", "retry:1s", number=0, detail="breaker", record=record
    )
    tp = record.topic_partition
    worlds.broker.log(tp).trim(worlds.broker.log(tp).end)
    (life,) = await trace(past.world, event.id, 0)
    (track,) = life.tracks
    assert (track.state, track.attempts, life.source) == ("waiting", 0, "")
    assert "held: its breaker is open → waits 1s" in shown(life)
    document = as_json(life)
    assert document["event_id"] == event.id


def test_times_have_no_digits_that_nobody_measured() -> None:
    """As plain values moments are RFC 3339, spans milliseconds to the microsecond."""
    step = Step(1_790_000_000_005.432_14, "attempt", took_ms=1.23456789)
    track = Track("acme", "accepted", 1, [step], 12.345678901)
    produced_ms = 1_790_000_000_000.123_21
    life = Timeline("e", "t", "o", "/s", "oms.order/0/0", produced_ms, [track])
    document = as_json(life)
    assert document["produced_at"] == "2026-09-21T14:13:20.000123Z"
    (shown_track,) = cast("list[dict[str, object]]", document["subscriptions"])
    assert shown_track["accepted_after_ms"] == 12.346
    (told,) = cast("list[dict[str, object]]", shown_track["steps"])
    assert (told["at"], told["took_ms"]) == ("2026-09-21T14:13:20.005432Z", 1.235)
    assert list(told) == ["at", *Step._fields[1:]]


def test_spans_are_short() -> None:
    """Each in the unit that fits."""
    given = (0.84, 34.2, 1254, 200_000, 18_180_000)
    expected = ["0.8 ms", "34 ms", "1.25 s", "3 min 20 s", "5 h 3 min"]
    assert [span(ms) for ms in given] == expected


async def test_a_pipe_gets_the_whole_answer(past: Past) -> None:
    """A terminal its beginning, which says that there is more."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    detail = "503 " + "word " * 80 + "end"
    await past.attempt(
        "acme", event, "failed", "retry:1s", detail=detail, record=record
    )
    (life,) = await trace(past.world, event.id, 0)
    console = Console(width=2_000, color_system=None)
    with console.capture() as whole:
        console.print(render(life))
    with console.capture() as brief:
        console.print(render(life, whole=False))
    assert "word end" in whole.get()
    assert "word…" in brief.get()


async def test_a_long_line_goes_on_beside_its_branch(past: Past) -> None:
    """No line is wider than the screen; what was one line is read as one."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    detail = "503 the warehouse is closed until monday morning"
    await past.attempt(
        "acme", event, "failed", "retry:1s", detail=detail, record=record
    )
    (life,) = await trace(past.world, event.id, 0)
    lines = render(life, width=60).plain.splitlines()
    assert max(map(len, lines)) <= 60
    at = next(n for n, line in enumerate(lines) if "attempt 1" in line)
    assert lines[at + 1].startswith(" " * 21)
    told = " ".join(line.strip() for line in lines[at:])
    assert "monday morning) in 2.0 ms → waits 1s" in told
    assert render(life, width=500).plain == render(life).plain
