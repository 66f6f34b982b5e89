"""An old webhook sender, as a company may have one: a table, and a job that empties it.

`python -m tests.moving.old TABLE PARTNER OWNER`, the key of the bus in `OLD_KEY`. Its
field names and its signature are its own, and so are its bugs: it posts some rows
twice, writes amounts as floats, and marks a row as sent only after a whole batch, so
that a kill has it send the batch once more. An order's rows go out in turn.
"""

import asyncio
import hmac
import json
import os
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from aiohttp import ClientError, ClientSession, ClientTimeout

from processors.clock import SystemClock

SECRET = b"old-secret-of-the-shop"
TABLE = (
    "CREATE TABLE IF NOT EXISTS deliveries (number INTEGER PRIMARY KEY, id TEXT,"
    " order_number TEXT, name TEXT, amount REAL, made_at REAL, done TEXT)"
)
_BATCH = 200
_PERIOD_S = 0.1
_TWICE = 97
_CLOCK = SystemClock()


class Row(NamedTuple):
    """What is to be sent."""

    number: int
    id: str
    order: str
    name: str
    amount: float
    made_at: float


def opened(path: str) -> sqlite3.Connection:
    """The table of deliveries."""
    base = sqlite3.connect(path, timeout=30, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=NORMAL")
    base.execute(TABLE)
    return base


class OldSender:
    """Sends what stands in the table and is its own; again and again."""

    def __init__(self, base: sqlite3.Connection, partner: str, owner: str) -> None:
        self._base = base
        self._partner = partner
        self._owner = owner
        self._key = os.environ["OLD_KEY"]

    async def run(self) -> None:
        """For ever."""
        async with ClientSession(timeout=ClientTimeout(5)) as session:
            while True:
                rows = self._waiting()
                orders: dict[str, list[Row]] = defaultdict(list)
                for row in rows:
                    orders[row.order].append(row)
                turns = (self._order(session, these) for these in orders.values())
                done = [one for ones in await asyncio.gather(*turns) for one in ones]
                self._base.executemany(
                    "UPDATE deliveries SET done = ? WHERE number = ?", done
                )
                if not done:
                    await _CLOCK.sleep(_PERIOD_S)

    def _waiting(self) -> Sequence[Row]:
        found = self._base.execute(
            "SELECT number, id, order_number, name, amount, made_at FROM deliveries"
            " WHERE done IS NULL ORDER BY number LIMIT ?",
            (_BATCH,),
        )
        return [Row(*row) for row in found]

    async def _order(
        self, session: ClientSession, rows: Sequence[Row]
    ) -> list[tuple[str, int]]:
        done: list[tuple[str, int]] = []
        for row in rows:
            if not await self._is_mine(session, row):
                done.append(("left", row.number))
            elif await self._sent(session, row):
                done.append(("sent", row.number))
            else:
                break
        return done

    async def _is_mine(self, session: ClientSession, row: Row) -> bool:
        """Whether it has to send; without an answer it does."""
        made_at = datetime.fromtimestamp(row.made_at, UTC).isoformat()
        query = {"order_id": row.order, "made_at": made_at.replace("+00:00", "Z")}
        head = {"Authorization": f"Bearer {self._key}"}
        try:
            async with session.get(self._owner, params=query, headers=head) as answer:
                if answer.status != 200:
                    return True
                return bool((await answer.json())["old_sends"])
        except (ClientError, TimeoutError, OSError):
            return True

    async def _sent(self, session: ClientSession, row: Row) -> bool:
        fields = {
            "eventName": row.name,
            "orderNumber": row.order,
            "amount": row.amount,
            "createdAt": row.made_at,
        }
        body = json.dumps(fields).encode()
        head = {
            "Content-Type": "application/json",
            "webhook-id": row.id,
            "X-Shop-Signature": hmac.digest(SECRET, body, "sha256").hex(),
        }
        try:
            for _ in range(2 if row.number % _TWICE == 0 else 1):
                async with session.post(
                    self._partner, data=body, headers=head
                ) as answer:
                    if answer.status >= 300:
                        return False
        except (ClientError, TimeoutError, OSError):
            return False
        return True


if __name__ == "__main__":
    asyncio.run(OldSender(opened(sys.argv[1]), sys.argv[2], sys.argv[3]).run())
