"""What came before: the last attempt of each webhook, for as many as there is room."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

_MOST = 5_000
_MOST_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Attempt:
    """The latest attempt of a webhook at a path."""

    number: int
    at_s: float
    headers: Mapping[bytes, bytes]
    body: bytes

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        heads = sum(len(name) + len(value) for name, value in self.headers.items())
        return 500 + heads + len(self.body)


class Memory:
    """Forgets what was not heard of for longest, when there is too much."""

    def __init__(self, most: int = _MOST, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._latest: OrderedDict[tuple[str, str], Attempt] = OrderedDict()
        self._bytes = 0

    def before(self, path: str, webhook_id: str) -> Attempt | None:
        """The attempt before, if there was one; what has no id has none."""
        return self._latest.get((path, webhook_id)) if webhook_id else None

    def remember(self, path: str, webhook_id: str, attempt: Attempt) -> None:
        """Take the place of the attempt before."""
        if not webhook_id:
            return
        known = self._latest.pop((path, webhook_id), None)
        self._bytes += attempt.size - (known.size if known else 0)
        self._latest[path, webhook_id] = attempt
        while len(self._latest) > self._most or self._bytes > self._most_bytes:
            _, oldest = self._latest.popitem(last=False)
            self._bytes -= oldest.size
