"""Kept requests, posted again to an endpoint under development."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from bus.ports import Clock
from bus.webhook.signing import SECRET_PREFIX, Signer
from processors.listening.heard import Passed
from processors.listening.keeping import Kept
from processors.listening.passing import Onward
from processors.receiver.log import facts

_ACCEPTED = range(200, 300)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A kept request and what came of posting it once more."""

    kept: Kept
    type: str
    order_id: str
    passed: Passed

    @property
    def accepted(self) -> bool:
        """Whether it was answered 2xx."""
        return self.passed.status in _ACCEPTED


def latest(kept: Iterable[Kept]) -> list[Kept]:
    """The newest attempt of each webhook, in the order in which they first came."""
    found: dict[str, Kept] = {}
    for one in kept:
        found[one.id or str(one.file)] = one
    return list(found.values())


async def replay(
    kept: Iterable[Kept], onward: Onward, secrets: Sequence[str], clock: Clock
) -> AsyncIterator[Replayed]:
    """Post them one after the other; with secrets signed anew, as the bus would.

    Raises:
        InvalidSubscriptionError: for a secret that nothing can be signed with.
    """
    scheme = [("v1" if s.startswith(SECRET_PREFIX) else "v1a", s) for s in secrets]
    signer = Signer([(version, text, None) for version, text in scheme])
    for one in kept:
        headers = dict(one.headers)
        if secrets:
            at = int(clock.now())
            headers[b"webhook-timestamp"] = str(at).encode()
            headers[b"webhook-signature"] = signer.sign(one.id, at, one.body).encode()
        passed, _ = await onward.send(headers, one.body)
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        known = facts(one.body, content_type)
        yield Replayed(one, known.type, known.order_id, passed)
