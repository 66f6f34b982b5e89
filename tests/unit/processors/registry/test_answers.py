"""What the registry answers over HTTP, beyond what contract and client show."""

import json

import pytest

from bus.adapters.memory import MemoryBroker
from bus.record import Message
from bus.registry.records import (
    Content,
    Key,
    Kind,
    Version,
    encode_key,
    encode_value,
)
from tests.support.registry_http import Asking, put, schema
from tests.support.schema_log import fixed


async def test_answers_are_what_confluents_are(ask: Asking) -> None:
    """The shapes that clients and UIs parse."""
    await put(ask, "a", "X")
    await put(ask, "a/b c", "X")
    found = {"schema": fixed("X"), "guid": str(Content(fixed("X")).guid)}
    shown = {"subject": "a", "version": 1, "id": 1} | found
    for path, expected in {
        "/": {},
        "/subjects": ["a", "a/b c"],
        "/subjects?subjectPrefix=a/": ["a/b c"],
        "/subjects?subjectPrefix=:*:a&limit=1&offset=1": ["a/b c"],
        "/subjects/a/versions": [1],
        "/subjects/a%2Fb%20c/versions": [1],
        "/subjects/a/versions/1": shown,
        "/subjects/a/versions/latest": shown,
        "/subjects/a/versions/-1?format=resolved": shown,
        "/subjects/a/versions/1/schema": json.loads(fixed("X")),
        "/subjects/a/versions/1/referencedby": [],
        "/schemas/ids/1": found,
        "/schemas/ids/1?fetchMaxId=true": found | {"maxId": 1},
        "/schemas/ids/1/schema": json.loads(fixed("X")),
        "/schemas/ids/1/subjects": ["a", "a/b c"],
        "/schemas/ids/1/versions": [
            {"subject": "a", "version": 1},
            {"subject": "a/b c", "version": 1},
        ],
        "/schemas/types": ["AVRO"],
        "/schemas?subjectPrefix=a&latestOnly=true&limit=1": [shown],
        "/config": {"compatibilityLevel": "BACKWARD_TRANSITIVE"},
        "/config/a?defaultToGlobal=true": {"compatibilityLevel": "BACKWARD_TRANSITIVE"},
        "/mode": {"mode": "READWRITE"},
        "/mode/a?defaultToGlobal=true": {"mode": "READWRITE"},
        "/contexts": ["."],
    }.items():
        assert await ask("GET", path) == (200, expected), path
    status, cluster = await ask("GET", "/v1/metadata/id")
    assert status == 200
    assert isinstance(cluster, dict)
    assert "kafka-cluster" in cluster["scope"]["clusters"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", 404),
        ("PATCH", "/subjects", 405),
        ("GET", "/subjects/no/versions", 40401),
        ("GET", "/subjects/a/versions/2", 40402),
        ("GET", "/subjects/a/versions/0", 42202),
        ("GET", "/subjects/a/versions/first", 42202),
        ("GET", "/subjects/a/versions/²", 42202),
        ("GET", "/subjects/a/versions/2147483648", 42202),
        ("GET", "/subjects/a/versions/99999999999", 42202),
        ("GET", "/schemas/ids/7", 40403),
        ("GET", "/schemas/ids/x", 40403),
        ("GET", "/schemas/ids/99999999999", 40403),
        ("GET", "/config/a", 40408),
        ("GET", "/mode/a", 40409),
        ("GET", "/subjects?limit=x", 400),
        ("DELETE", "/subjects/a/versions/1?permanent=true", 40407),
        ("DELETE", "/subjects/a/versions/3", 40402),
        ("DELETE", "/config/a", 40401),
        ("DELETE", "/mode/a", 40409),
    ],
)
async def test_refusals_have_a_code(
    ask: Asking, method: str, path: str, expected: int
) -> None:
    """Nothing ends in a page of HTML or without a number."""
    await put(ask, "a", "X")
    assert await ask.code(method, path) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, 42201),
        ({"schema": 7}, 42201),
        ({"schema": " "}, 42201),
        ([], 400),
        (schema("message X {}", schemaType="PROTOBUF"), 42201),
        (schema("{}", schemaType="JSON"), 42201),
        (schema('"int"', metadata={"owner": "me"}), 42201),
        (schema('"int"', ruleSet={"domainRules": []}), 42201),
        (schema('"int"', references={"a": 1}), 42201),
        (schema('"int"', references=[7]), 42201),
        (schema('"int"', references=[{"name": "a", "subject": "b"}]), 42201),
        (
            schema('"int"', references=[{"name": "a", "subject": "b", "version": 0}]),
            42201,
        ),
        (schema('"int"', id="7"), 42202),
        (schema('"int"', id=7), 42205),
        (schema('"int"', id=2**31), 42202),
    ],
)
async def test_schemas_that_are_not_taken_are_told_why(
    ask: Asking, body: object, expected: int
) -> None:
    """A bad body is the client's to mend, never an error of ours."""
    assert await ask.code("POST", "/subjects/a/versions", body) == expected


async def test_other_formats_are_named(ask: Asking) -> None:
    """Who registers a protobuf schema learns what this registry holds."""
    body = schema("message X {}", schemaType="PROTOBUF")
    _, answer = await ask("POST", "/subjects/a/versions", body)
    assert "PROTOBUF is not supported" in str(answer)


async def test_levels_and_modes_are_set_and_taken_back(ask: Asking) -> None:
    """Globally and for one subject."""
    for path in ("/config", "/config/a"):
        put_level = await ask("PUT", path, {"compatibility": "FULL"})
        assert put_level == (200, {"compatibility": "FULL"})
        assert await ask("GET", path) == (200, {"compatibilityLevel": "FULL"})
        assert await ask("DELETE", path) == (200, {"compatibilityLevel": "FULL"})
    assert await ask("PUT", "/mode/a", {"mode": "READONLY"}) == (
        200,
        {"mode": "READONLY"},
    )
    assert await ask("GET", "/mode/a") == (200, {"mode": "READONLY"})
    refused = await ask.code("POST", "/subjects/a/versions", schema('"int"'))
    assert refused == 42205
    assert await ask("DELETE", "/mode/a") == (200, {"mode": "READONLY"})
    assert await ask.code("PUT", "/mode", {"mode": "X"}) == 42204
    assert await ask.code("PUT", "/config", {}) == 42203


async def test_import_mode_keeps_ids_over_http(ask: Asking) -> None:
    """As tools that copy registries do it."""
    await ask("PUT", "/mode?force=true", {"mode": "IMPORT"})
    body = schema(fixed("X"), id=500, version=3)
    status, answer = await ask("POST", "/subjects/a/versions", body)
    guid = str(Content(fixed("X")).guid)
    assert (status, answer) == (200, {"id": 500, "version": 3, "guid": guid})
    assert await ask("GET", "/subjects/a/versions") == (200, [3])


async def test_compatibility_is_explained(ask: Asking) -> None:
    """With `verbose`, a line a reason."""
    fields = [{"name": "a", "type": "int"}]
    old = {"type": "record", "name": "R", "fields": []}
    new = {"type": "record", "name": "R", "fields": fields}
    await ask("POST", "/subjects/r/versions", schema(json.dumps(old)))
    body = schema(json.dumps(new))
    path = "/compatibility/subjects/r/versions"
    assert await ask("POST", path, body) == (200, {"is_compatible": False})
    for version in ("", "/latest", "/1"):
        _, answer = await ask("POST", f"{path}{version}?verbose=true", body)
        assert isinstance(answer, dict)
        assert "version 1" in answer["messages"][0]
    assert await ask.code("POST", f"{path}/7", body) == 40402
    same = schema(json.dumps(old))
    assert await ask("POST", path, same) == (200, {"is_compatible": True})


async def test_lookups_find_deleted_and_normalized_schemas(ask: Asking) -> None:
    """When asked to."""
    one = '{"type":"string","b":1,"a":2}'
    two = '{"type":"string","a":2,"b":1}'
    await ask("POST", "/subjects/a/versions?normalize=true", schema(one))
    assert await ask.code("POST", "/subjects/a", schema(one)) == 40403
    status, _ = await ask("POST", "/subjects/a?normalize=True", schema(one))
    assert status == 200
    await ask("DELETE", "/subjects/a")
    path = "/subjects/a?normalize=true"
    assert await ask.code("POST", path, schema(two)) == 40401
    status, _ = await ask("POST", f"{path}&deleted=true", schema(two))
    assert status == 200
    assert await ask("GET", "/subjects?deletedOnly=true") == (200, ["a"])
    assert await ask("GET", "/subjects/a/versions?deleted=true") == (200, [1])


async def test_another_registrys_protobuf_is_shown_as_such(
    ask: Asking, broker: MemoryBroker
) -> None:
    """A log taken over from Confluent may hold other formats; readers get them."""
    key = Key(Kind.SCHEMA, "p", 1)
    content = Content("message X {}", (), "PROTOBUF")
    value = encode_value(key, Version("p", 1, 9, content))
    broker.append(Message("_schemas", encode_key(key), value))
    assert await ask("GET", "/schemas/ids/9") == (
        200,
        {
            "schemaType": "PROTOBUF",
            "schema": "message X {}",
            "guid": str(content.guid),
        },
    )
