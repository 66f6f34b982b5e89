"""A partner's endpoint as a diagnosis meets it: good, unless a test says otherwise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate

import orjson

from bus.webhook.signing import verify
from tests.support.endpoint import Exchange

SECRET = "whsec_" + "b3JkZXJidXMtdGVzdC1zZWNyZXQtb2YtMzItYnl0ZXM="


@dataclass
class Partner:
    """Verifies, remembers ids, answers 200 to all types; a `Respond` of `Endpoint`.

    Each field is one way to misbehave. `clock` is what its Date header says.
    """

    now: Callable[[], float]
    secret: str = SECRET
    to_wrong: int = 401
    to_signed: int = 200
    to_repeated: int = 200
    to_unknown: int = 200
    takes: str = "application/json"
    keeps: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    off_s: float = 0.0
    seen: set[str] = field(default_factory=set)
    types: list[str] = field(default_factory=list)

    def __call__(self, exchange: Exchange) -> None:
        """Answer."""
        headers = _headers(exchange.head)
        status = self._status(headers, exchange.body)
        lines = {
            "date": formatdate(self.now() + self.off_s, usegmt=True),
            "content-length": str(len(self.body)),
            **({} if self.keeps else {"connection": "close"}),
            **self.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        exchange.write(f"HTTP/1.1 {status} x\r\n{head}\r\n".encode() + self.body)
        if not self.keeps:
            exchange.close()

    def _status(self, headers: Mapping[str, str], body: bytes) -> int:
        signed = verify(
            headers["webhook-signature"],
            headers["webhook-id"],
            int(headers["webhook-timestamp"]),
            body,
            [self.secret],
            self.now(),
        )
        if not signed:
            return self.to_wrong
        if not headers["content-type"].startswith(self.takes):
            return 415
        repeated = headers["webhook-id"] in self.seen
        self.seen.add(headers["webhook-id"])
        if repeated:
            return self.to_repeated
        if b"orderbus.test" in body:
            return self.to_unknown
        self.types.append(str(orjson.loads(body)["type"]))
        return self.to_signed


def _headers(head: bytes) -> Mapping[str, str]:
    lines = [line.partition(":") for line in head.decode().split("\r\n")[1:]]
    return {name.lower(): value.strip() for name, _, value in lines}
