"""Event types over HTTP."""

import json
from itertools import pairwise

import pytest

from bus.client.schemas import load_catalogue
from tests.support.gateway import Client
from tests.support.worlds import Worlds

PATH = "/v1/event-types"


async def test_lists_all_in_pages(ask: Client) -> None:
    """Every type once, forwards and back again."""
    pages = [await ask("GET", f"{PATH}?limit=4")]
    while (cursor := pages[-1].json["next"]) is not None:
        pages.append(await ask("GET", f"{PATH}?limit=4&cursor={cursor}"))
    seen = [row["type"] for page in pages for row in page.rows]
    assert seen == list(load_catalogue().event_types)
    assert pages[0].json["previous"] is None
    for before, page in pairwise(pages):
        back = await ask("GET", f"{PATH}?limit=4&cursor={page.json['previous']}")
        assert back.rows == before.rows


async def test_explains_one(ask: Client) -> None:
    """With every field, those of inner records by their paths."""
    got = await ask("GET", f"{PATH}/order.created")
    fields = {f["path"]: f for f in got.json["fields"]}  # type: ignore[attr-defined]
    assert fields["order_id"]["type"] == "string"
    assert fields["lines[].quantity"]["meaning"]
    assert "created" in fields["status"]["symbols"]


async def test_gives_the_schema_in_either_type(ask: Client) -> None:
    """The same bytes that are registered."""
    got = await ask("GET", f"{PATH}/order.created/schema")
    assert got.headers["Content-Type"] == "application/vnd.apache.avro+json"
    assert got.json["name"] == "OrderCreated"
    as_json = await ask(
        "GET", f"{PATH}/order.created/schema", headers={"Accept": "application/json"}
    )
    assert as_json.headers["Content-Type"] == "application/json"
    assert as_json.body == got.body


@pytest.mark.parametrize("event_type", load_catalogue().event_types)
async def test_gives_an_example_of_each(ask: Client, event_type: str) -> None:
    """Another seed, another example; notices of the watch have one alone."""
    one = await ask("GET", f"{PATH}/{event_type}/example")
    other = await ask("GET", f"{PATH}/{event_type}/example?seed=2")
    assert one.json["type"] == event_type
    alike = one.json["data"] == other.json["data"]
    assert alike is event_type.startswith("ops.")


async def test_judges_a_proposal(ask: Client, worlds: Worlds) -> None:
    """Against the registry's versions, or the shipped one where it has none."""
    path = f"{PATH}/order.created/compatibility"
    text = load_catalogue().schema("order.created").text
    good = await ask("POST", path, {"schema": text})
    assert good.json == {"compatible": True, "compared": 1, "faults": [], "reasons": []}
    changed = json.loads(text)
    changed["fields"] += [{"name": "gift", "type": "boolean", "doc": "A gift."}]
    await worlds.schemas.register("oms.order-x", text)
    bad = await ask("POST", path, {"schema": json.dumps(changed), "level": "BACKWARD"})
    assert bad.json["compatible"] is False
    assert "give it a default" in str(bad.json["reasons"])
    none = await ask("POST", path, {"schema": "{}"})
    assert none.json["faults"]


@pytest.mark.parametrize(
    "path", ["order.nothing", "order.nothing/schema", "..%2F..%2Fetc", "order.created/"]
)
async def test_there_is_no_such_type(ask: Client, path: str) -> None:
    """Whatever it is called."""
    got = await ask("GET", f"{PATH}/{path}")
    assert (got.status, got.slug) == (404, "not-found")


async def test_registers_the_next_version(ask: Client, worlds: Worlds) -> None:
    """What is shipped first, then it; who did is written down, and twice is once."""
    path, text = f"{PATH}/order.created/versions", shipped_text("order.created")
    later = with_field(text, {"name": "gift", "type": "boolean", "default": False})
    made = await ask("POST", path, {"schema": later})
    assert (made.status, made.json["new"]) == (201, True)
    assert made.json["subject"] == load_catalogue().subject("order.created")
    held = await worlds.schemas.by_type("oms.order", "order.created")
    assert [one.text for one in held] == [later, text]
    assert made.json["schema_id"] == held[0].id
    again = await ask("POST", path, {"schema": later})
    assert (again.status, again.json["new"]) == (200, False)
    assert again.json["schema_id"] == held[0].id
    (change,) = [c for c in worlds.audited() if c.entity == "schema"]
    assert (change.action, change.entity_id) == ("register", "order.created")


@pytest.mark.parametrize(
    ("field", "status", "word"),
    [
        ({"name": "gift", "type": "boolean"}, 409, "give it a default"),
        ({"name": "Gift", "type": "nothing"}, 422, "nothing"),
    ],
)
async def test_registers_nothing_that_breaks_anybody(
    ask: Client, worlds: Worlds, field: dict[str, object], status: int, word: str
) -> None:
    """Told whom, or what is wrong with it; the registry has not heard of it."""
    path, text = f"{PATH}/order.created/versions", shipped_text("order.created")
    wrong = with_field(text, {"doc": "A gift.", **field})
    got = await ask("POST", path, {"schema": wrong})
    assert got.status == status
    assert word in str(got.json["errors"])
    assert await worlds.schemas.by_type("oms.order", "order.created") == []
    assert not [c for c in worlds.audited() if c.entity == "schema"]


@pytest.mark.parametrize("by", ["support", "producer", "partner", "reader"])
async def test_operators_alone_register(ask: Client, by: str) -> None:
    """Schemas are everybody's."""
    body = {"schema": shipped_text("order.created")}
    got = await ask("POST", f"{PATH}/order.created/versions", body, by=by)
    assert (got.status, got.slug) == (403, "not-allowed")


def shipped_text(event_type: str) -> str:
    """The schema as it is shipped."""
    return load_catalogue().schema(event_type).text


def with_field(text: str, field: dict[str, object]) -> str:
    """The same with one field more."""
    changed = json.loads(text)
    changed["fields"] += [{"doc": "A gift.", **field}]
    return json.dumps(changed)
