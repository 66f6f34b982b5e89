"""Who changed what, from where: every route that changes something leaves a record.

Made of the table of routes: one that nobody has said anything of fails.
"""

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

import pytest

from bus.client.schemas import load_catalogue
from bus.delivery.delivery import Reason
from bus.intake.parked.fingerprint import fingerprint_of
from bus.migration.report import hash_of
from bus.record import Message
from bus.samples.lifecycles import sample
from processors.gateway.table import ROUTES
from tests.support.gateway import Client, Got
from tests.support.orders import STARTED
from tests.support.parked import item, park
from tests.support.past import Past
from tests.support.worlds import Worlds

ONE = "/v1/subscriptions/acme"
EVENT = sample("order.created", 1, STARTED)
HUSH = "whsec_aHVzaGh1c2hodXNoaHVzaGh1c2hodXNoaHVzaA=="
PARKED = item(1)
SOURCES = "/v1/sources"
MOVING = "/v1/migrations/new"
SIDE = {"first": None, "last": None}
COMPARED: dict[str, object] = {
    "format": 1,
    "made_at": "2026-11-02T09:30:00Z",
    "verdict": "nothing was compared",
    "paired": SIDE,
    "types": [],
    "differences": [],
    "unread": 0,
}
REPORT = COMPARED | {"hash": hash_of(COMPARED)}
GROUP = f"/v1/parked/groups/{fingerprint_of(PARKED)}"
UNNOTED = {
    "publishEvents": "the event is its own record",
    "checkCompatibility": "changes nothing",
    "diagnoseSubscription": "changes nothing",
    "testSubscription": "changes nothing; the endpoint gets a marked sample",
    "cancelJob": "what the job did until then is written down by the job",
    "testAlertSink": "changes nothing; the sink gets a notice that says so",
    "applyRuleProposal": "its lines and rows are applied, and noted, as any others",
}
"""Why a POST leaves none, or none of its own."""
Body: TypeAlias = dict[str, object] | None
Asking: TypeAlias = tuple[str, str, Body]


def _shop(name: str) -> dict[str, object]:
    headers = {"X-Token": "hush-hush"}
    url = "https://b.example/x?token=hush-hush"
    return {"id": name, "url": url, "types": ["*"], "headers": headers, "secret": HUSH}


def _gift() -> str:
    schema = json.loads(load_catalogue().schema("order.created").text)
    gift = {"name": "gift", "type": "boolean", "default": False, "doc": "A gift."}
    schema["fields"].append(gift)
    return json.dumps(schema)


CHANGES: Mapping[str, Callable[[Mapping[str, object]], Asking]] = {
    "registerSchema": lambda _: (
        "POST",
        "/v1/event-types/order.created/versions",
        {"schema": _gift()},
    ),
    "createSubscription": lambda _: ("POST", "/v1/subscriptions", _shop("new-shop")),
    "changeSubscription": lambda _: ("PATCH", ONE, {"headers": {"X": "hush-hush"}}),
    "pauseSubscription": lambda _: ("POST", f"{ONE}/pause", {"reason": "a move"}),
    "resumeSubscription": lambda _: ("POST", "/v1/subscriptions/held/resume", {}),
    "rotateSecret": lambda _: ("POST", f"{ONE}/rotate-secret", {"secret": HUSH}),
    "verifySubscription": lambda _: (
        "POST",
        "/v1/subscriptions/new/verify",
        {"trust": True},
    ),
    "removeSubscription": lambda _: ("DELETE", ONE, None),
    "applySubscriptions": lambda _: (
        "POST",
        "/v1/subscriptions:apply",
        {"subscriptions": [_shop("new-shop")]},
    ),
    "resealSubscriptions": lambda _: ("POST", "/v1/subscriptions:reseal", None),
    "addAcks": lambda _: ("POST", f"{ONE}/acks", {"events": [EVENT.webhook_id]}),
    "replaySpan": lambda _: ("POST", f"{ONE}/replay", {"since": "1000d"}),
    "replayDeadLetters": lambda _: ("POST", f"{ONE}/dead-letters:replay", {}),
    "discardDeadLetters": lambda _: ("POST", f"{ONE}/dead-letters:discard", {}),
    "replaceDeadLetter": lambda ids: (
        "POST",
        f"{ONE}/dead-letters/{EVENT.webhook_id}/replace",
        {"data": ids["data"]},
    ),
    "replayQuarantine": lambda _: ("POST", "/v1/quarantine:replay", {}),
    "discardQuarantine": lambda _: ("POST", "/v1/quarantine:discard", {}),
    "replaceQuarantined": lambda ids: (
        "POST",
        "/v1/quarantine/oms.order/0/7/replace",
        {"type": "order.created", "data": ids["data"]},
    ),
    "createKey": lambda _: ("POST", "/v1/keys", {"role": "reader"}),
    "rotateKey": lambda ids: ("POST", f"/v1/keys/{ids['key']}/rotate", {}),
    "revokeKey": lambda ids: ("POST", f"/v1/keys/{ids['key']}/revoke", {}),
    "makePortalLink": lambda _: ("POST", "/v1/portal-links", {"tenant": "acme"}),
    "loadLookup": lambda _: (
        "POST",
        "/v1/lookups/prices/load",
        {"rows": {"MUG-1": {"price": "14.90", "currency": "EUR"}}},
    ),
    "applyRules": lambda _: (
        "POST",
        "/v1/rules:apply",
        {
            "rules": [
                {
                    "id": "total-sum",
                    "scope": {"channel": "woocommerce", "account": "shop-12"},
                    "parameters": {"tolerance": "4"},
                    "why": "a plug-in rounds each line",
                }
            ]
        },
    ),
    "createSource": lambda _: (
        "POST",
        SOURCES,
        {"id": "new-in", "channel": "shopify", "secret": "hush-hush"},
    ),
    "changeSource": lambda _: ("PATCH", f"{SOURCES}/in", {"title": "a title"}),
    "pauseSource": lambda _: ("POST", f"{SOURCES}/in/pause", {"reason": "a move"}),
    "resumeSource": lambda _: ("POST", f"{SOURCES}/held/resume", {}),
    "rotateSourceSecret": lambda _: (
        "POST",
        f"{SOURCES}/in/rotate-secret",
        {"secret": "hush-hush-hush"},
    ),
    "removeSource": lambda _: ("DELETE", f"{SOURCES}/in", None),
    "applySources": lambda _: (
        "POST",
        f"{SOURCES}:apply",
        {"sources": [{"id": "new-in", "channel": "shopify"}]},
    ),
    "editParked": lambda _: (
        "POST",
        f"/v1/parked/{PARKED.id}/edit",
        {"data": {"order_id": PARKED.order_id}, "why": "a typo"},
    ),
    "releaseParked": lambda _: ("POST", f"/v1/parked/{PARKED.id}/release", None),
    "rejectParked": lambda _: (
        "POST",
        f"/v1/parked/{PARKED.id}/reject",
        {"why": "a test order"},
    ),
    "assignParked": lambda _: (
        "POST",
        f"/v1/parked/{PARKED.id}/assign",
        {"to": "kim"},
    ),
    "snoozeParked": lambda _: (
        "POST",
        f"/v1/parked/{PARKED.id}/snooze",
        {"duration": "4h", "why": "a price list"},
    ),
    "splitParkedGroup": lambda _: ("POST", f"{GROUP}/split", {"by": "account"}),
    "fixParkedGroup": lambda _: ("POST", f"{GROUP}/fix", {"why": "a price list"}),
    "releaseParkedGroup": lambda _: ("POST", f"{GROUP}/release", None),
    "rejectParkedGroup": lambda _: ("POST", f"{GROUP}/reject", {"why": "tests"}),
    "assignParkedGroup": lambda _: ("POST", f"{GROUP}/assign", {"to": "kim"}),
    "snoozeParkedGroup": lambda _: (
        "POST",
        f"{GROUP}/snooze",
        {"duration": "4h", "why": "a price list"},
    ),
    "createSilence": lambda _: (
        "POST",
        "/v1/silences",
        {"rule": "lag", "duration": "2h", "why": "a move"},
    ),
    "planMigration": lambda _: ("PUT", "/v1/migrations/held", {"shares": [5, 50]}),
    "stepMigration": lambda _: ("POST", f"{MOVING}/step", {"why": "parity"}),
    "takeBackMigration": lambda _: ("POST", f"{MOVING}/back", {"why": "a rehearsal"}),
    "attachReport": lambda _: ("POST", f"{MOVING}/reports", {"report": REPORT}),
    "removeMigration": lambda _: ("DELETE", f"{MOVING}-er", None),
    "endSilence": lambda ids: ("POST", f"/v1/silences/{ids['silence']}/end", {}),
}
"""What changes something, by operation."""


def test_every_route_that_changes_something_is_known() -> None:
    """Or it is said why it leaves no record."""
    told = {route.operation for route in ROUTES if route.method != "GET"}
    assert told == {*CHANGES, *UNNOTED}


async def happened(ask: Client, worlds: Worlds) -> Mapping[str, object]:
    """There is something to change: a letter, a quarantined record, a key."""
    past = Past(ask.api.world)
    await ask.api.world.table.ready()
    await past.subscribe()
    await past.subscribe("new")
    await ask.api.world.writer.update(
        "new", lambda one: one.model_copy(update={"unproven": True})
    )
    await past.subscribe("held")
    await ask("POST", "/v1/subscriptions/held/pause", {})
    record = await past.produce(EVENT)
    await past.die("acme", EVENT, record, reason=Reason.REFUSED)
    ours = (
        ("bus-quarantine-reason", b"first byte is 0x7b, not the 0x00"),
        ("bus-quarantine-origin", b"oms.order/0/7"),
        ("bus-quarantine-at-ms", b"1000"),
    )
    worlds.broker.append(Message("bus.quarantine", b"k", record.value, ours))
    await park(ask.api.parked, PARKED)
    for name in ("in", "held"):
        await ask("POST", SOURCES, {"id": name, "channel": "shopify"})
    await ask("POST", f"{SOURCES}/held/pause", {})
    await ask("PUT", MOVING, {"force": True})
    await ask("POST", f"{MOVING}/step")
    await ask("PUT", f"{MOVING}-er", {})
    example = (await ask("GET", "/v1/event-types/order.created/example")).json
    data = cast("dict[str, object]", example["data"])
    await worlds.clock.advance(1)
    new = {"rule": "lag", "duration": "2h", "why": "a move"}
    silence = await ask("POST", "/v1/silences", new)
    return {
        "data": data | {"order_id": EVENT.subject},
        "key": await ask.keys.add("old", ask.api.authenticate(_token(ask)).role),
        "silence": str(silence.json["id"]),
    }


def _token(ask: Client) -> str:
    return ask.keys.tokens["operator"]


async def over(ask: Client, got: Got, worlds: Worlds) -> None:
    """Wait for the job that an answer began, if it did."""
    found = got.json.get("job") or (got.json if "asked_for" in got.json else None)
    job = cast("dict[str, object] | None", found)
    while job is not None and job["state"] == "running":
        await worlds.clock.advance(1)
        job = (await ask("GET", f"/v1/jobs/{job['id']}")).json
    assert job is None or job["state"] == "done", job


@pytest.mark.parametrize("operation", CHANGES)
async def test_it_is_written_down(ask: Client, worlds: Worlds, operation: str) -> None:
    """With the key and the address that asked; nothing secret is in it."""
    ids = await happened(ask, worlds)
    before = len(worlds.audited())
    method, path, body = CHANGES[operation](ids)
    got = await ask(method, path, body, headers={"If-Match": "*"})
    assert got.status < 300, got.body
    await over(ask, got, worlds)
    told = worlds.audited()[before:]
    by = ask.api.authenticate(_token(ask)).key_id
    assert told
    assert {(change.actor, change.address) for change in told} == {(by, "127.0.0.1")}
    assert "hush" not in str(told)
    assert HUSH[6:] not in str(told)
