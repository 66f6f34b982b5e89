"""An old webhook sender of a shop's, as a program: `python -m tests.support.old_shop`.

A table of what is to be sent, a loop that posts it, a signature and field names of its
own; and its own bugs: it rounds amounts, and marks rows as sent five at a time, so that
it repeats some of them when it is killed. What is moved away from it, it asks the bus.
"""

import hashlib
import hmac
import json
import sqlite3
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

TABLE = """
CREATE TABLE IF NOT EXISTS outgoing (
  id INTEGER PRIMARY KEY, event_id TEXT, order_id TEXT, made_us INTEGER, total REAL,
  done_us INTEGER, asked TEXT)
"""
NEXT = "SELECT * FROM outgoing WHERE done_us IS NULL ORDER BY id LIMIT 5"
DONE = "UPDATE outgoing SET done_us = ?, asked = ? WHERE id = ?"
_SECRET = b"the-shop-s-own"
_WITHIN_S = 5.0


class Shop(NamedTuple):
    """Where the old sender finds what it needs."""

    table: Path
    owner: str
    token: str
    partner: str


def opened(table: Path) -> sqlite3.Connection:
    """The table, made if it is not there."""
    connection = sqlite3.connect(table, timeout=60, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(TABLE)
    return connection


def asked(shop: Shop, order: str, made_us: int) -> str:
    """What the bus says of an order: `old`, `new`, or `nothing`."""
    made_at = datetime.fromtimestamp(made_us / 1e6, UTC).isoformat()
    query = urlencode({"order_id": order, "made_at": made_at.replace("+00:00", "Z")})
    heads = {"Authorization": f"Bearer {shop.token}"}
    try:
        with urlopen(  # noqa: S310 - our own gateway
            Request(f"{shop.owner}?{query}", headers=heads),  # noqa: S310 - likewise
            timeout=_WITHIN_S,
        ) as answer:
            return "old" if json.load(answer)["old_sends"] else "new"
    except (URLError, OSError, ValueError, KeyError):
        return "nothing"


def post(shop: Shop, event_id: str, order: str, total: float) -> bool:
    """Post one, in its own words; whether it was taken."""
    body = json.dumps({"orderNumber": order, "total": round(total)}).encode()
    heads = {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "X-Shop-Signature": hmac.digest(_SECRET, body, hashlib.sha256).hex(),
    }
    request = Request(shop.partner, body, heads, method="POST")  # noqa: S310 - ours
    try:
        with urlopen(request, timeout=_WITHIN_S):  # noqa: S310 - likewise
            return True
    except (URLError, OSError):
        return False


def run(shop: Shop) -> None:
    """Send what is to be sent, in its order, for ever."""
    pause = threading.Event()
    with closing(opened(shop.table)) as connection:
        while True:
            done: list[tuple[int, str, int]] = []
            for id_, event_id, order, made_us, total, *_ in connection.execute(NEXT):
                said = asked(shop, order, made_us)
                while said != "new" and not post(shop, event_id, order, total):
                    pause.wait(0.05)
                done.append((time.time_ns() // 1000, said, id_))
            if not done:
                pause.wait(0.05)
                continue
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(DONE, done)
            connection.execute("COMMIT")


if __name__ == "__main__":
    table, *rest = sys.argv[1:]
    run(Shop(Path(table), *rest))
