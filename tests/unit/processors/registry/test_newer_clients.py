"""What newer clients of Confluent's ask for: GUIDs, contexts, odd names, configs."""

import json

import pytest
from aiohttp import ClientSession

from bus.adapters.memory import MemoryBroker
from bus.registry.records import Content, Reference
from processors.registry.http import MEDIA_TYPE
from tests.support.registry import registry_in_memory
from tests.support.registry_http import Asking, put, schema
from tests.support.schema_log import fixed

GUID = str(Content(fixed("X")).guid)


async def test_a_registration_says_version_and_guid(ask: Asking) -> None:
    """Besides the id; again, and under another subject, the same GUID."""
    for subject, version in (("a", 1), ("a", 1), ("b", 1)):
        path = f"/subjects/{subject}/versions"
        status, answer = await ask("POST", path, schema(fixed("X")))
        assert (status, answer) == (200, {"id": 1, "version": version, "guid": GUID})
    _, second = await ask("POST", "/subjects/c/versions", schema(fixed("Y")))
    assert isinstance(second, dict)
    assert second["guid"] != GUID


async def test_a_schema_is_found_by_its_guid(ask: Asking) -> None:
    """Whole, with its ids; what is none, or nobody's, is not found."""
    await put(ask, "a", "X")
    found = {"schema": fixed("X"), "guid": GUID}
    assert await ask("GET", f"/schemas/guids/{GUID}") == (200, found)
    assert await ask("GET", f"/schemas/guids/{GUID.upper()}") == (200, found)
    ids = [{"context": ".", "id": 1}]
    assert await ask("GET", f"/schemas/guids/{GUID}/ids") == (200, ids)
    other = GUID[:-1] + ("0" if GUID[-1] != "0" else "1")
    for nobodys in (other, "nonsense"):
        assert await ask.code("GET", f"/schemas/guids/{nobodys}") == 40403
        assert await ask("GET", f"/schemas/guids/{nobodys}/ids") == (200, [])


def test_a_guid_names_text_and_references() -> None:
    """Without references it is the MD5 of the text, as Confluent's registry has it."""
    plain = Content('"string"')
    assert str(plain.guid) == "095d71cf-1255-6b9d-5e33-0ad575b3df5d"
    assert plain.guid != Content('"int"').guid
    assert plain.guid != Content('"string"', (Reference("a", "b", 1),)).guid


@pytest.mark.parametrize("subject", ["{a}", "a{1:2}b", "}{", "%7Ba%7D", "ü {ä}"])
async def test_braces_in_subjects(ask: Asking, subject: str) -> None:
    """A subject is any text; RecordNameStrategy of generics has braces."""
    await put(ask, subject, "X")
    status, subjects = await ask("GET", "/subjects")
    assert (status, subjects) == (200, [subject])


async def test_the_default_context_is_no_context(ask: Asking) -> None:
    """`:.:s` is `s`, everywhere a subject stands."""
    await put(ask, ":.:s", "X")
    assert await ask("GET", "/subjects") == (200, ["s"])
    assert await ask("GET", "/subjects/:.:s/versions") == (200, [1])
    assert await ask("GET", "/subjects?subjectPrefix=:.:s") == (200, ["s"])
    level = {"compatibility": "FULL"}
    assert await ask("PUT", "/config/:.:s", level) == (200, level)
    assert await ask("GET", "/config/s") == (200, {"compatibilityLevel": "FULL"})


@pytest.mark.parametrize("subject", [":.prod:s", ":.:", ":.prod:", "%20"])
async def test_other_contexts_are_refused(ask: Asking, subject: str) -> None:
    """Rather than kept as a subject of an odd name."""
    for method, path in (
        ("GET", f"/subjects/{subject}/versions"),
        ("GET", f"/config/{subject}"),
        ("DELETE", f"/subjects/{subject}"),
    ):
        assert await ask.code(method, path) == 42208
    body = schema(fixed("X"))
    assert await ask.code("POST", f"/subjects/{subject}/versions", body) == 42208
    assert await ask("GET", "/subjects") == (200, [])


@pytest.mark.parametrize("number", ["1e400", "-1e999", "NaN", "Infinity", "-Infinity"])
async def test_what_is_no_json_is_never_stored(ask: Asking, number: str) -> None:
    """Python would read it, and write what no other client can read."""
    text = f'{{"type":"fixed","name":"X","size":1,"odd":{number}}}'
    assert await ask.code("POST", "/subjects/a/versions", schema(text)) == 42201
    async with ask.session.post(
        "/subjects/a/versions",
        data=f'{{"schema":{json.dumps(fixed("X"))},"odd":{number}}}',
        headers={"Content-Type": MEDIA_TYPE},
    ) as answer:
        assert answer.status in {200, 400}
    for _, text in await _texts(ask):
        json.loads(text, parse_constant=pytest.fail)


async def _texts(ask: Asking) -> list[tuple[str, str]]:
    _, found = await ask("GET", "/schemas")
    assert isinstance(found, list)
    return [(one["subject"], one["schema"]) for one in found]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("alias", "other", 422),
        ("normalize", True, 422),
        ("validateFields", True, 422),
        ("compatibilityGroup", "app.version", 422),
        ("defaultMetadata", {"properties": {"a": "b"}}, 422),
        ("overrideMetadata", {"properties": {"a": "b"}}, 422),
        ("defaultRuleSet", {"domainRules": [{"name": "r"}]}, 422),
        ("overrideRuleSet", {"domainRules": [{"name": "r"}]}, 422),
        ("nonsense", None, 422),
        ("normalize", False, None),
        ("alias", None, None),
        ("defaultMetadata", {}, None),
    ],
)
async def test_each_field_of_a_config_is_taken_or_refused(
    ask: Asking, field: str, value: object, code: int | None
) -> None:
    """Nobody may believe to have set what the registry does not keep."""
    body = {"compatibility": "FULL", field: value}
    if code is None:
        assert (await ask("PUT", "/config/s", body))[0] == 200
        return
    assert await ask.code("PUT", "/config/s", body) == code
    assert await ask.code("GET", "/config/s") == 40408


async def test_refusals_carry_confluents_codes(ask: Asking) -> None:
    """A version that a test names and is not there; a schema that is referred to."""
    body = schema(fixed("X"))
    path = "/compatibility/subjects/none/versions/3"
    assert await ask.code("POST", path, body) == 40402
    assert await ask.code("POST", path.replace("3", "0"), body) == 42202
    assert (await ask("POST", path.replace("3", "latest"), body))[0] == 200
    await put(ask, "base", "X")
    users = schema(
        '{"type":"record","name":"U","fields":[{"name":"x","type":"X"}]}',
        references=[{"name": "X", "subject": ":.:base", "version": 1}],
    )
    assert (await ask("POST", "/subjects/user/versions", users))[0] == 200
    status, refused = await ask("DELETE", "/subjects/base")
    assert status == 422
    assert isinstance(refused, dict)
    assert refused["error_code"] == 42206
    assert "subject=base,version=1" in refused["message"]
    missing = schema(
        fixed("Z"), references=[{"name": "N", "subject": "n", "version": 1}]
    )
    assert await ask.code("POST", "/subjects/z/versions", missing) == 42201


async def test_configured_names_are_answered(broker: MemoryBroker) -> None:
    """The names that clients call it by, in any case; no other, users or not."""
    for passwords in (None, {"me": "secret"}):
        async with (
            registry_in_memory(
                broker, passwords=passwords, host_names=["Registry.internal"]
            ) as registry,
            ClientSession(registry.url) as session,
        ):
            for host, status in {
                "registry.internal:8081": 401 if passwords else 200,
                "REGISTRY.INTERNAL": 401 if passwords else 200,
                "127.0.0.1": 401 if passwords else 200,
                "evil.example": 403,
            }.items():
                async with session.get("/", headers={"Host": host}) as answer:
                    assert answer.status == status, host
