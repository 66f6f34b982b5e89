"""Deliveries on one axis of time, as the charts draw them."""

from collections.abc import Iterator, Mapping, Sequence

from bus.delivery.wording import followed, held
from bus.log.rows import AttemptRow
from bus.log.tracks import Track, ended_us, replays
from processors.web.charts import Bar, Mark, Picture, Row, Timeline, timeline
from processors.web.rendering import href
from processors.web.wording import millis


def picture(
    title: str,
    tracks: Sequence[Track],
    arrived_us: Mapping[str, int],
    *,
    of_order: bool = False,
) -> Picture:
    """A row a delivery; of an order, each leads to its event."""
    rows = [
        Row(
            name=_short(one) if of_order else one.subscription,
            href=to_track(one) if of_order else f"#to-{one.subscription}",
            state=one.state.replace("_", " "),
            bars=list(_bars(one, arrived_us.get(one.event_id))),
        )
        for one in tracks
    ]
    return timeline(Timeline(title=title, rows=rows))


def _short(track: Track) -> str:
    return f"{track.event_type.partition('.')[2]} → {track.subscription}"


def to_track(track: Track) -> str:
    """Where a delivery is told of."""
    return f"{href('events', track.event_id)}#to-{track.subscription}"


def _bars(track: Track, arrived_us: int | None) -> Iterator[Bar]:
    before = arrived_us
    for row, _ in track.tried:
        if before is not None and row.started_us > before:
            yield _bar(Mark.WAIT, before, row.started_us, "")
        yield _bar(_mark(row), row.started_us, ended_us(row), _said(row))
        before = ended_us(row)
    for row in replays(track):
        yield _bar(Mark.REPLAY, row.started_us, row.started_us, "asked for again")
    if track.due_us is not None:
        yield _bar(Mark.WAIT, ended_us(track.last), track.due_us, f"tier {track.tier}")
    if track.ack is not None:
        at = track.ack.arrived_us
        yield _bar(Mark.ACK, at, at, "by the subscriber")


def _bar(kind: Mark, start_us: int, end_us: int, label: str) -> Bar:
    return Bar(kind=kind, start_ms=start_us / 1e3, end_ms=end_us / 1e3, label=label)


def _mark(row: AttemptRow) -> Mark:
    if row.outcome == "accepted":
        return Mark.DELIVERED
    if row.route.startswith("dead_letter"):
        return Mark.DEAD
    return Mark.FAILED if row.number else Mark.SKIPPED


def _said(row: AttemptRow) -> str:
    if not row.number:
        return f"not sent: {held(row.detail) or followed(row.route)}"
    answer = row.detail or str(row.status or "no answer")
    return f"attempt {row.number}: {answer} in {millis(row.duration_us)}"
