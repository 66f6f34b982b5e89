"""`bus objectives` over the HTTP API: it says what it says on Kafka."""

from pathlib import Path
from typing import cast

import pytest

from tests.support.gateway import serving
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import Shell
from tests.unit.processors.gateway.test_subscriptions import made


@pytest.fixture(autouse=True)
def _no_kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)


async def test_objectives(worlds: Worlds) -> None:
    """All of them, one, and none of that name; a partner's key sees its own."""
    async with serving(worlds) as client:
        bus = Shell(client)
        await made(client, "partner")
        found = await bus.json("objectives")
        (row,) = cast("list[dict[str, object]]", found)
        assert (row["subscription"], row["promised"]) == ("my-shop", 0)
        assert "cannot say" in (await bus("objectives")).stdout
        assert "90 days: - up" in (await bus("objectives", "my-shop")).stdout
        nobody = await bus("objectives", "nobody", code=1)
        assert "there is no subscription nobody" in nobody.stderr
        assert await Shell(client, "partner").json("objectives") == [row]
        assert await Shell(client, "stranger").json("objectives") == []
