"""Rows of lookup tables over HTTP: changed, removed, and what is refused."""

import pytest

from tests.support.gateway import serving
from tests.support.worlds import Worlds

LOAD = "/v1/lookups/prices/load"


async def test_rows_are_changed_and_removed_at_once() -> None:
    """In one request; what is not named stays."""
    async with serving(Worlds()) as client:
        first = {"A": {"price": "1"}, "B": {"price": "2"}, "C": {}}
        assert (await client("POST", LOAD, {"rows": first})).status == 200
        change = {"rows": {"A": {"price": "3"}}, "remove": ["B"]}
        done = (await client("POST", LOAD, change)).json
        assert (done["changed"], done["removed"], done["unchanged"]) == (1, 1, 0)
        rows = (await client("GET", "/v1/lookups/prices")).json["rows"]
        assert rows == {"A": {"price": "3"}, "C": {}}


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ({}, 422, "`rows`, `remove` or both are expected"),
        ({"rows": {"A": {"Price": "1"}}}, 422, "column 'Price': a column's name is"),
        ({"rows": {"A\n": {}}}, 422, "is no key of a row"),
        ({"rows": {"A": {"x": "9" * 501}}}, 422, "501 characters, up to 500"),
        ({"rows": {"A": {}}, "remove": ["A"]}, 422, "and to be removed"),
        ({"remove": ["B"]}, 404, "the table prices has no row 'B'"),
    ],
)
async def test_what_is_no_change_is_refused(
    body: dict[str, object], status: int, why: str
) -> None:
    """As rows of files are, and nothing is written."""
    async with serving(Worlds()) as client:
        got = await client("POST", LOAD, body)
        assert (got.status, why in str(got.json["detail"])) == (status, True), got.json
        assert (await client("GET", "/v1/lookups/prices")).status == 404
