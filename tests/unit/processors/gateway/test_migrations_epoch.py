"""An epoch over HTTP: whole numbers in all the ways that JSON writes them."""

import pytest

from tests.support.gateway import Client
from tests.support.migrating import subscribed
from tests.support.worlds import Worlds

STEP = "/v1/migrations/acme/step"


@pytest.mark.parametrize(
    ("epoch", "status"),
    [
        (b"1", 200),
        (b"1.0", 200),
        (b"10e-1", 200),
        (b"2", 409),
        (b"1.5", 422),
        (b"1e999999", 422),
        (b"0", 422),
        (b'"1"', 422),
    ],
)
async def test_the_epoch_that_is_left(
    ask: Client, worlds: Worlds, epoch: bytes, status: int
) -> None:
    """Another one is a conflict, what is none is refused."""
    await subscribed(worlds, "acme")
    await ask("PUT", "/v1/migrations/acme", {"force": True})
    body = b'{"epoch": ' + epoch + b"}"
    got = await ask("POST", STEP, data=body)
    assert got.status == status, got.body
