"""`bus migrate plan --limit` takes what the API takes, in the same words."""

import asyncio

import pytest
from pydantic import ValidationError

from processors.gateway.migration_models import LimitsGiven
from processors.gateway.wording import worded
from tests.support.migrating import bus, subscribed, told
from tests.support.worlds import Worlds

_BEYOND = [
    ("pairs", 10**30),
    ("pairs", 10**9 + 1),
    ("pairs", -1),
    ("days", 367),
    ("days", -1),
    ("fresh_h", 0),
    ("fresh_h", 9_001),
    ("hold_h", -1),
    ("hold_h", 9_001),
    ("deliveries", 0),
    ("deliveries", 10**9 + 1),
    ("success", 0),
    ("success", 1.1),
    ("p95_s", 0),
    ("p95_s", 9_001),
    ("duplicates", -1),
    ("duplicates", 2),
]


@pytest.mark.parametrize(("name", "number"), _BEYOND)
def test_what_is_out_of_bounds(name: str, number: float) -> None:
    """It is refused in the API's words, and nothing is planned."""
    worlds = Worlds()
    asyncio.run(subscribed(worlds, "acme"))
    with pytest.raises(ValidationError) as caught:
        LimitsGiven.model_validate({name: number})
    (error,) = caught.value.errors()
    refused = bus(worlds, "plan", "acme", "--force", "--limit", f"{name}={number}")
    assert refused.exit_code == 2
    said = " ".join(refused.output.split())
    assert f"limits.{name}: {worded(error, LimitsGiven, parameter=False)}" in said
    assert bus(worlds, "status", "acme").exit_code == 1


@pytest.mark.parametrize(
    ("name", "number"), [("pairs", 10**9), ("days", 366), ("fresh_h", 9_000)]
)
def test_what_is_just_within(name: str, number: float) -> None:
    """It is taken by both."""
    worlds = Worlds()
    asyncio.run(subscribed(worlds, "acme"))
    LimitsGiven.model_validate({name: number})
    done = bus(worlds, "plan", "acme", "--force", "--limit", f"{name}={number}")
    assert done.exit_code == 0, done.output
    limits = told(worlds, "status", "acme")["limits"]
    assert limits[name] == number
