"""An asker without a network: documents are as scripted, time is the clock's."""

from collections import defaultdict, deque

from bus.ports import Clock
from bus.sending import Ask, Got, NoAnswer

_NOT_THERE = Got(404, {}, b"")


class MemoryAsker:
    """`bus.ports.Asker` for tests; `asked` holds all that was asked for."""

    def __init__(self, clock: Clock) -> None:
        self.asked: list[tuple[float, Ask]] = []
        self._clock = clock
        self._documents: dict[str, Got | NoAnswer] = {}
        self._next: defaultdict[str, deque[Got | NoAnswer]] = defaultdict(deque)

    def holds(self, url: str, answer: Got | NoAnswer) -> None:
        """Let a URL be answered so, after what `then` queued."""
        self._documents[url] = answer

    def then(self, url: str, *answers: Got | NoAnswer) -> None:
        """Let the next requests for a URL be answered so, one each."""
        self._next[url].extend(answers)

    async def ask(self, ask: Ask) -> Got | NoAnswer:
        """Get; see `bus.ports.Asker`."""
        self.asked.append((self._clock.now(), ask))
        queued = self._next[ask.url]
        if queued:
            answer = queued.popleft()
        else:
            answer = self._documents.get(ask.url, _NOT_THERE)
        if isinstance(answer, Got) and len(answer.body) > ask.most_bytes:
            return Got(answer.status, answer.headers, b"", cut=True)
        return answer

    async def close(self) -> None:
        """Nothing is open."""
