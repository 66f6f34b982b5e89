"""What a request says of its event, and how it differs from the attempt before."""

import re
from collections.abc import Sequence
from datetime import datetime

from bus.webhook.verdict import FOREVER, TOLERANCE_S, judge_signature
from processors.listening.difference import differences
from processors.listening.heard import Heard
from processors.listening.memory import Attempt, Memory
from processors.receiver.connection import Request
from processors.receiver.log import facts
from processors.receiver.signed import signed_part

_HAPPENED = re.compile(
    rb'"(?:timestamp|time)"\s*:\s*"([^"]{10,40})"|<timestamp>([^<]{10,40})</timestamp>'
)
_LOOKED_AT = 4_096


class Reading:
    """Reads requests; `secrets` are those to verify with, none: nothing is verified."""

    def __init__(self, secrets: Sequence[str], memory: Memory) -> None:
        self._secrets = tuple(secrets)
        self._memory = memory

    def read(self, request: Request, now_s: float, *, waited: bool = False) -> Heard:
        """What a request is. It counts as an attempt of its webhook from now on.

        What has `waited` in a queue is as old as the queue let it become.
        """
        tolerance_s = FOREVER if waited else TOLERANCE_S
        signed = signed_part(request)
        path, webhook_id = request.url.partition("?")[0], signed.id
        before = self._memory.before(path, webhook_id)
        attempt = Attempt(
            before.number + 1 if before else 1, now_s, request.headers, request.body
        )
        self._memory.remember(path, webhook_id, attempt)
        known = facts(request.body, request.header(b"content-type"))
        happened = happened_at(request.body)
        return Heard(
            at_s=now_s,
            method=request.method,
            target=request.url,
            headers=request.headers,
            body=request.body,
            id=webhook_id,
            type=known.type,
            order_id=known.order_id,
            sequence=known.sequence,
            attempt=attempt.number,
            after_s=now_s - before.at_s if before else None,
            verdict=judge_signature(signed, self._secrets, now_s, tolerance_s)
            if self._secrets
            else None,
            age_ms=None if happened is None else (now_s - happened) * 1000,
            changes=_changes(attempt, before),
        )


def _changes(now: Attempt, before: Attempt | None) -> tuple[str, ...]:
    if before is None:
        return ()
    return tuple(differences(now.headers, now.body, before.headers, before.body))


def happened_at(body: bytes) -> float | None:
    """When a body of any representation says its event happened, epoch seconds."""
    found = _HAPPENED.search(body, 0, _LOOKED_AT)
    if found is None:
        return None
    text = (found[1] or found[2]).decode(errors="replace")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None else None
