"""What no schema can say, said to schemathesis before each call.

A cursor is one that a page gave out, and an Idempotency-Key stands for one request:
random ones would only ever be refused, or be repeats.
"""

from collections.abc import MutableMapping
from itertools import count

import schemathesis

_NUMBERS = count(1)
_OURS = "WzEs"
"""How every cursor of ours begins."""


@schemathesis.hook
def before_call(
    _context: schemathesis.HookContext,
    case: schemathesis.Case,
    _kwargs: dict[str, object],
) -> None:
    """Take random cursors away, and make each Idempotency-Key its request's own."""
    query = case.query or {}
    cursor = query.get("cursor", "")
    if isinstance(cursor, str) and not cursor.startswith(_OURS) and _is_plain(cursor):
        query.pop("cursor", None)
    headers: MutableMapping[str, str] = case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and key.isascii() and key.isalnum():
        headers["Idempotency-Key"] = f"{key[:200]}-{next(_NUMBERS)}"
    if headers.get("If-Match") == "0":
        # It takes a number, told as text, for a text of any pattern.
        headers["If-Match"] = '"0"'


def _is_plain(cursor: str) -> bool:
    return cursor.replace("-", "").replace("_", "").isalnum()
