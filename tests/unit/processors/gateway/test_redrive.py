"""Dead letters, quarantine, replays, timelines, acks and status over HTTP."""

from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from bus.access.roles import Role
from bus.delivery.delivery import Reason
from bus.event import Event
from bus.record import Message
from bus.samples.lifecycles import sample
from processors.gateway.letter_models import NOTHING
from tests.support.gateway import Client, Got
from tests.support.orders import STARTED
from tests.support.past import Past
from tests.support.plans import never_complete
from tests.support.worlds import Worlds

ONE = "/v1/subscriptions/acme"
LETTERS = f"{ONE}/dead-letters"
QUARANTINE = "/v1/quarantine"
SPAN = {"since": "2h"}


async def letters(ask: Client) -> list[Event]:
    """An order's events, three of them dead letters of acme's subscription."""
    past = Past(ask.api.world)
    await ask.api.world.table.ready()
    await past.subscribe(owner="acme")
    life = await past.order()
    for (event, record), reason in zip(
        life, (Reason.EXHAUSTED, Reason.REFUSED, Reason.EXHAUSTED), strict=False
    ):
        await past.die("acme", event, record, reason=reason)
        await past.attempt("acme", event, "failed", "retry:1s", record=record)
    return [event for event, _ in life[:3]]


async def finished(ask: Client, got: Got, worlds: Worlds) -> dict[str, object]:
    """The job of an answer, over."""
    job = cast("dict[str, object]", got.json["job"])
    while job["state"] == "running":
        await worlds.clock.advance(1)
        job = (await ask("GET", f"/v1/jobs/{job['id']}")).json
    return job


def plan(got: Got) -> Mapping[str, object]:
    """The plan in an answer."""
    return cast("Mapping[str, object]", got.json["plan"])


async def test_lists_dead_letters(ask: Client) -> None:
    """In pages and by filter, with what may be done to each."""
    events = await letters(ask)
    got = await ask("GET", f"{LETTERS}?limit=2", by="partner")
    rest = await ask("GET", f"{LETTERS}?limit=2&cursor={got.json['next']}")
    rows = [*got.rows, *rest.rows]
    assert {row["event_id"] for row in rows} == {e.webhook_id for e in events}
    for row in rows:
        edit = ["replace"] if row["reason"] == "refused" else []
        assert row["actions"] == ["replay", *edit, "discard"]
    refused = await ask("GET", f"{LETTERS}?reason=refused&state=pending&since=1h")
    assert [row["event_id"] for row in refused.rows] == [events[1].webhook_id]
    assert (await ask("GET", f"{LETTERS}?since=soon")).status == 400
    reader = await ask("GET", LETTERS, by="reader")
    assert reader.status == 403


async def test_shows_one_whole(ask: Client) -> None:
    """Its headers, its content, its attempts."""
    (first, *_) = await letters(ask)
    got = await ask("GET", f"{LETTERS}/{first.webhook_id}", by="partner")
    (row,) = got.rows
    assert cast("Mapping[str, object]", row["event"])["id"] == first.webhook_id
    assert [a["outcome"] for a in cast("list[dict[str, str]]", row["attempt_log"])]
    missing = await ask("GET", f"{LETTERS}/{'0' * 32}")
    assert missing.status == 404


async def test_replays_after_a_plan(ask: Client, worlds: Worlds) -> None:
    """Dry nothing is sent; wet each once; asked again nothing is left."""
    await letters(ask)
    body = {"reasons": ["exhausted"], "force": True}
    dry = await ask("POST", f"{LETTERS}:replay?dry_run=true", body)
    assert (dry.status, dry.json["job"]) == (200, None)
    assert (plan(dry)["pending"], plan(dry)["to"]) == (2, "bus.retry.acme.1s")
    assert worlds.records("bus.retry.acme.1s") == []
    wet = await ask("POST", f"{LETTERS}:replay", body, by="partner")
    assert wet.status == 202
    assert wet.headers["Location"].endswith(f"/jobs/{wet.json['job']['id']}")  # type: ignore[index]
    job = await finished(ask, wet, worlds)
    result = {"done": 2, "failed": 0, "unknown": 0, "why": "", "not_sent": {}}
    assert job["result"] == result
    assert (job["done"], job["total"]) == (2, 2)
    assert len(worlds.records("bus.retry.acme.1s")) == 2
    again = await ask("POST", f"{LETTERS}:replay?dry_run=true", {"force": True})
    assert plan(again)["by_reason"] == {"refused": 1}
    for step, more in (("replay", {"force": True}), ("discard", {})):
        none = await ask("POST", f"{LETTERS}:{step}", {"reasons": ["exhausted"]} | more)
        assert (none.status, none.json["job"]) == (200, None)
        assert plan(none)["note"] == NOTHING


async def test_refuses_what_cannot_take_replays(ask: Client) -> None:
    """A paused one says so; with force they wait in its topics."""
    await letters(ask)
    await ask("POST", f"{ONE}/pause")
    got = await ask("POST", f"{LETTERS}:replay")
    assert (got.status, got.slug) == (409, "conflict")
    span = await ask("POST", f"{ONE}/replay", {"since": "1h"})
    assert span.status == 409
    rows = (await ask("GET", LETTERS)).rows
    assert [row["actions"] for row in rows] == [["discard"]] * 3


async def test_discards(ask: Client, worlds: Worlds) -> None:
    """Marked, still readable, no more to be replayed."""
    await letters(ask)
    got = await ask("POST", f"{LETTERS}:discard", {"reasons": ["refused"]})
    job = await finished(ask, got, worlds)
    assert job["result"] == {"done": 1, "failed": 0, "unknown": 0}
    rows = (await ask("GET", f"{LETTERS}?state=discarded")).rows
    assert [row["actions"] for row in rows] == [[]]


async def test_delivers_a_span_again(ask: Client, worlds: Worlds) -> None:
    """What it wants of that time, counted first."""
    await letters(ask)
    body = {"since": "1h", "types": ["order.created"], "force": True}
    await worlds.clock.advance(1)
    dry = await ask("POST", f"{ONE}/replay?dry_run=true", body)
    assert plan(dry)["by_type"] == {"order.created": 1}
    wet = await ask("POST", f"{ONE}/replay", body, by="partner")
    job = await finished(ask, wet, worlds)
    assert job["result"] == {"done": 1, "failed": 0, "unknown": 0}
    none = await ask("POST", f"{ONE}/replay", body | {"order": "nobody's"})
    assert (none.status, none.json["job"]) == (200, None)
    assert plan(none)["note"] == NOTHING
    empty = await ask("POST", f"{ONE}/replay", {"since": "now", "until": "2h"})
    assert empty.status == 422


async def test_timelines(ask: Client) -> None:
    """Of an event and of an order; a tenant sees its own tracks, or nothing."""
    events = await letters(ask)
    past = Past(ask.api.world)
    await past.subscribe("theirs", owner="other", types=["payment.refunded"])
    await past.attempt("theirs", events[0], "accepted", "done")
    path = f"/v1/events/{events[0].webhook_id}/timeline"

    async def seen(by: str) -> list[str]:
        (life,) = (await ask("GET", path, by=by)).rows
        tracks = cast("list[dict[str, str]]", life["subscriptions"])
        return [track["id"] for track in tracks]

    assert await seen("operator") == ["acme", "theirs"]
    assert await seen("partner") == ["acme"]
    order = await ask("GET", f"/v1/orders/{events[0].subject}/timeline", by="partner")
    assert len(order.rows) >= 3
    tree = await ask("GET", path, by="partner", headers={"Accept": "text/plain"})
    assert tree.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert tree.body.decode().endswith("\n")
    assert f"order {events[0].subject}" in tree.body.decode()
    assert "acme  waiting, 1 attempt" in tree.body.decode()
    assert "theirs" not in tree.body.decode()
    foreign = await ask(
        "GET", f"/v1/events/{events[1].webhook_id}/timeline", by="stranger"
    )
    missing = await ask("GET", f"/v1/events/{'0' * 32}/timeline", by="stranger")
    assert foreign.status == missing.status == 404
    assert foreign.json["detail"] == missing.json["detail"]


async def test_acks(ask: Client, worlds: Worlds) -> None:
    """By webhook-id, or by the events' own ids and their source."""
    events = await letters(ask)
    got = await ask("POST", f"{ONE}/acks", {"events": [events[0].webhook_id] * 2})
    assert got.json == {"acked": [events[0].webhook_id]}
    own = await ask("POST", f"{ONE}/acks", {"events": ["PAY-7"], "source": "/erp"})
    assert own.status == 200
    keys = {r.key for r in worlds.records("bus.acks")}
    assert f"acme/{events[0].webhook_id}".encode() in keys
    none = await ask("POST", f"{ONE}/acks", {"events": ["PAY-7"]})
    assert (none.status, none.slug) == (422, "invalid")


async def put_aside(worlds: Worlds) -> None:
    """A record of no known schema, and one that can be read by now."""
    event = sample("order.created", 1, STARTED)
    for n, value in enumerate((b"\0\0\0\0\x63x", b"junk")):
        ours = (
            ("ce_type", event.type.encode()),
            ("bus-quarantine-reason", b"the registry has no schema with id 99"),
            ("bus-quarantine-origin", f"oms.order/0/{n}".encode()),
            ("bus-quarantine-at-ms", b"%d" % int(worlds.clock.now() * 1000)),
        )
        worlds.broker.append(Message("bus.quarantine", b"SO-1", value, ours))


async def test_quarantine(ask: Client, worlds: Worlds) -> None:
    """Listed, shown with what to do, planned, discarded; of no tenant's business."""
    await put_aside(worlds)
    assert (await ask("GET", QUARANTINE, by="partner")).status == 403
    rows = (await ask("GET", f"{QUARANTINE}?reason=unknown_schema")).rows
    assert {row["place"] for row in rows} == {"oms.order/0/0", "oms.order/0/1"}
    (one,) = (await ask("GET", f"{QUARANTINE}/oms.order/0/1")).rows
    assert one["what_to_do"]
    assert one["decodes_now"] is False
    assert (await ask("GET", f"{QUARANTINE}/oms.order/0/7")).status == 404
    dry = await ask("POST", f"{QUARANTINE}:replay?dry_run=true")
    assert (plan(dry)["pending"], plan(dry)["replayed"]) == (2, 0)
    body = {"places": ["oms.order/0/1"]}
    got = await ask("POST", f"{QUARANTINE}:discard", body)
    job = await finished(ask, got, worlds)
    assert job["result"] == {"done": 1, "failed": 0}
    left = (await ask("GET", f"{QUARANTINE}?state=pending")).rows
    assert [row["place"] for row in left] == ["oms.order/0/0"]


@pytest.mark.parametrize("by", ["operator", "reader"])
async def test_status(ask: Client, by: str) -> None:
    """For those who watch the whole bus; a partner has no business with it."""
    await letters(ask)
    got = await ask("GET", "/v1/status", by=by)
    assert cast("Mapping[str, object]", got.json["quarantine"])["records"] == 0
    assert (await ask("GET", "/v1/status", by="partner")).status == 403


async def test_so_many_plans_at_a_time(ask: Client) -> None:
    """Of a tenant, whatever keys it makes; others count meanwhile."""
    await letters(ask)
    await ask.keys.add("second", Role.PARTNER, "acme")
    by = ask.api.authenticate(ask.keys.tokens["second"])
    dry: Sequence[tuple[str, dict[str, str]]] = (
        ("dead-letters:replay", {}),
        ("dead-letters:discard", {}),
        ("replay", SPAN),
    )
    with ask.api.plans.one(by), ask.api.plans.one(by):
        for path, body in dry:
            one = f"{ONE}/{path}?dry_run=true"
            over = await ask("POST", one, body, by="partner")
            assert (over.status, over.slug) == (429, "too-many-requests")
            assert over.headers["Retry-After"]
            assert (await ask("POST", one, body)).status == 200
    for path, body in dry:
        one = f"{ONE}/{path}?dry_run=true"
        assert (await ask("POST", one, body, by="partner")).status == 200


@pytest.mark.parametrize("path", ["quarantine:replay", "quarantine:discard"])
async def test_plans_of_quarantine_end(
    ask: Client, worlds: Worlds, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """However much is in it: with why, and with what there would be less to read."""
    await put_aside(worlds)
    whole = plan(await ask("POST", f"/v1/{path}?dry_run=true", {}))
    assert (whole["pending"], whole["complete"], whole["note"]) == (2, True, None)
    never_complete(monkeypatch)
    cut = plan(await ask("POST", f"/v1/{path}?dry_run=true", {}))
    assert (cut["pending"], cut["complete"]) == (2, False)
    assert "a later since" in str(cut["note"])
