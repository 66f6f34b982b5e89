"""What belongs to one tenant, beside what belongs to another."""

from bus.access.roles import Role, principal
from bus.intake.parked.fingerprint import fingerprint_of
from bus.intake.requests import Request, request_message
from bus.samples.lifecycles import sample
from processors.gateway.jobs import Progress
from tests.contract.log.rows import attempt, event, write
from tests.support.gateway import Client, Got
from tests.support.orders import STARTED
from tests.support.parked import item, park
from tests.support.past import Past

PARKED = item(1, owner="acme")
OURS = {
    "subscription": "our-shop",
    "topic": "bus.dlq.our-shop",
    "source": "our-in",
    "request": "r-1",
    "item": PARKED.id,
    "group": fingerprint_of(PARKED),
}


async def ours(ask: Client) -> dict[str, str]:
    """Something of each kind that belongs to `acme`; and a shop of the stranger's."""
    for name, owner, types in (
        ("our-shop", "acme", "*"),
        ("their-shop", "other", "shipment.*"),
    ):
        new = {"id": name, "url": "https://a.example/x", "types": [types]}
        made = await ask("POST", "/v1/subscriptions", new | {"owner": owner})
        assert made.status == 201

    source = {"id": "our-in", "channel": "shopify", "owner": "acme"}
    assert (await ask("POST", "/v1/sources", source)).status == 201

    async def work(_: Progress) -> dict[str, object]:
        return {}

    by = principal("abcdefgh23", Role.PARTNER, "acme")
    job, _ = ask.api.jobs.start(by, "test", "our-shop", work)
    keys = ask.api.keys.table.all()
    (key,) = [key.id for key in keys if key.tenant == "acme"]
    await ask.keys.add("watcher", Role.READER, "other")
    await park(ask.api.parked, PARKED)
    asked = Request(source="our-in", id="r-1", action="hold", order="1", at=STARTED)
    topic = ask.api.world.topology.requests
    await ask.api.world.publisher.publish(request_message(topic, asked))
    return OURS | {"job": job.id, "key": key} | await happened(ask)


async def happened(ask: Client) -> dict[str, str]:
    """An event that was attempted for our shop alone, and is a dead letter of it."""
    died = sample("order.created", 1, STARTED)
    sent = event(1, event_id=died.webhook_id, order_id=died.subject)
    await write(ask.log, sent, attempt(1, sent, subscription="our-shop"))
    await ask.api.world.table.ready()
    past = Past(ask.api.world)
    record = await past.produce(died)
    await past.attempt("our-shop", died, "failed", "dead_letter:exhausted")
    at = await past.die("our-shop", died, record)
    return {
        "event": died.webhook_id,
        "order": died.subject,
        "account": str(died.data["account_id"]),
        "actor": "abcdefgh23",
        "id": "our-shop",
        "partition": str(at.partition),
        "offset": str(at.offset),
    }


def compared(got: Got) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer but the second in which it was given."""
    headers = {name: value for name, value in got.headers.items() if name != "Date"}
    return got.status, got.body, headers
