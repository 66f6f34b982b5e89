"""Who sets an objective: it says when operators are told, so they do."""

from typing import cast

from tests.support.gateway import Client

PATH = "/v1/subscriptions"
NOT_YOURS = "is set by the operators of the bus; ask them"
NEW = {"id": "acme-a", "url": "https://shop.example/hooks", "types": ["order.*"]}


async def test_operators_set_the_objective(ask: Client) -> None:
    """Its partner sees it and cannot loosen it, nor take it on itself."""
    strict = {"objective": {"success": 0.999}}
    got = await ask("POST", PATH, NEW | {"owner": "acme"} | strict)
    path, match = f"{PATH}/acme-a", {"If-Match": got.headers["ETag"]}
    seen = await ask("GET", path, by="partner")
    assert seen.json["objective"] == {"success": 0.999, "p95": None}
    loose = {"objective": {"success": 0.9}}
    told = await ask("PATCH", path, loose, by="partner", headers=match)
    assert (told.status, told.json["errors"]) == (
        422,
        [{"pointer": "#/objective", "detail": NOT_YOURS}],
    )
    own = await ask("POST", PATH, NEW | loose, by="partner")
    assert own.status == 422
    p95 = {"objective": {"p95": "1s"}}
    changed = await ask("PATCH", path, p95, headers=match)
    stands = cast("dict[str, object]", changed.json["subscription"])["objective"]
    assert stands == {"success": 0.999, "p95": "1s"}
