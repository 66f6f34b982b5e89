"""The API against its own description: what fits is taken, what does not is refused.

schemathesis makes requests of `/openapi.json`: examples, boundaries, random ones, and
chains in which one answer is the next one's question.
"""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from bus.access.roles import Role, scopes_of
from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from processors.clock import SystemClock
from processors.gateway.table import ROUTES
from tests.support.gateway import serving
from tests.support.pace import patience
from tests.support.worlds import Worlds

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "tests" / "api" / "schemathesis.toml"
EXAMPLES = 3


TYPES = ("inventory.reserved", "order.cancelled")
"""Event types that are fuzzed: small ones that have nearly all kinds of fields.

All types would be ten thousand requests to publish; that each is described as it is
taken is held by tests/unit/processors/gateway/test_typed.py.
"""


def world() -> Worlds:
    """In memory, at the pace of the real clock."""
    worlds, every = Worlds(), load_catalogue()
    worlds.catalogue = Catalogue({one: every.schema(one) for one in TYPES}, "oms.")
    clock = SystemClock()
    worlds.clock = clock  # type: ignore[assignment]  # nobody moves it
    worlds.broker.clock = clock
    return worlds


def operations(role: Role, tenant: str) -> Iterator[str]:
    """What a key may do: the rest answers 403, as test_table.py asks of each route."""
    allowed = scopes_of(role, tenant)
    for route in ROUTES:
        if route.scope is None or route.scope in allowed:
            yield route.operation


async def fuzz(
    url: str, token: str, included: Iterable[str], folder: Path
) -> tuple[int, str]:
    """Run it in a folder for what it keeps; return its exit code, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "schemathesis.cli", "--config-file", str(CONFIG)),
        *("run", f"{url}/openapi.json", "--checks", "all", "--no-color"),
        *("--max-examples", str(EXAMPLES), "--seed", "1", "--warnings", "off"),
        *(f"--include-operation-id={one}" for one in included),
        cwd=folder,
        env={**os.environ, "ORDERBUS_TEST_KEY": token, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@pytest.mark.timeout(int(patience(300)))
@pytest.mark.parametrize(
    ("role", "tenant"),
    [(Role.OPERATOR, ""), (Role.PARTNER, "acme")],
    ids=["operator", "partner"],
)
async def test_no_finding(role: Role, tenant: str, tmp_path: Path) -> None:
    """With a key that may do everything, and with a tenant's.

    That a tenant is shown nothing of others, test_tenants.py of the gateway asks.
    """
    async with serving(world()) as ask:
        new = {"id": "my-shop", "url": "https://shop.example/hooks", "types": ["*"]}
        made = await ask("POST", "/v1/subscriptions", new | {"owner": "acme"})
        assert made.status == 201
        included, token = operations(role, tenant), ask.keys.tokens[role]
        code, said = await fuzz(ask.gateway.url, token, included, tmp_path)
        assert code == 0, said
        for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
            assert f"\u2705 {phase}" in said, said
