"""How many connections there are at a time, and how many of one address.

Each is a file descriptor, which Kafka and the log need as well; who opens them holds
nothing else, and no rate counts what is never asked.
"""

from collections import Counter
from collections.abc import Collection

from processors.entry.addresses import Network, network_of, parsed


class Doors:
    """Counts connections by where they come from.

    Args:
        most: Of all; a quarter of them of one address, but for `proxies` and this
            machine, behind whose addresses others may stand. 0: any number.
    """

    def __init__(self, most: int, proxies: Collection[Network] = ()) -> None:
        self._most = most
        self._of_one = max(1, most // 4)
        self._proxies = proxies
        self._inside: Counter[str] = Counter()

    def enter(self, address: str) -> str | None:
        """Let one in; returns whose it counts as, None if there is no room for it."""
        whose = network_of(address)
        if self._most:
            if self._inside.total() >= self._most:
                return None
            if self._inside[whose] >= self._of_one and not self._shared(address):
                return None
        self._inside[whose] += 1
        return whose

    def leave(self, whose: str) -> None:
        """One of those that came in is gone."""
        self._inside[whose] -= 1
        if not self._inside[whose]:
            del self._inside[whose]

    def _shared(self, address: str) -> bool:
        found = parsed(address)
        return found is not None and (
            found.is_loopback or any(found in network for network in self._proxies)
        )
