"""How many streams are open: of each key, of each tenant, and in all."""

from collections import Counter
from collections.abc import Callable

from processors.gateway.problems import TOO_MANY, UNAVAILABLE, ProblemError

_AGAIN = {"Retry-After": "15"}
_KEYS = 5
"""A tenant makes keys as it likes: it has the places of so many, and no more."""


class Streams:
    """Gives places to streams.

    Args:
        of_key: How many of one key may be open; 0: any number.
        in_all: How many of all keys.
    """

    def __init__(self, of_key: int = 10, in_all: int = 500) -> None:
        self._of_key = of_key
        self._in_all = in_all
        self._open: Counter[str] = Counter()
        self._of_tenant: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many there are."""
        return self._open.total()

    def take(self, key_id: str, tenant: str = "") -> Callable[[], None]:
        """Give a place to a stream; return what gives it back, once.

        Raises:
            ProblemError: there is none left.
        """
        if self._of_key and self._open[key_id] >= self._of_key:
            most = f"A key may have {self._of_key} streams at a time; end one."
            raise ProblemError(TOO_MANY, most, headers=_AGAIN)
        of_tenant = self._of_key * _KEYS
        if tenant and of_tenant and self._of_tenant[tenant] >= of_tenant:
            most = f"A tenant may have {of_tenant} streams at a time; end one."
            raise ProblemError(TOO_MANY, most, headers=_AGAIN)
        if self.open >= self._in_all:
            full = "This gateway has as many streams as it can; try again."
            raise ProblemError(UNAVAILABLE, full, headers=_AGAIN)
        self._open[key_id] += 1
        self._of_tenant[tenant] += 1
        held = [key_id]

        def give_back() -> None:
            while held:
                self._open[held.pop()] -= 1
                self._of_tenant[tenant] -= 1
                self._open += Counter()  # those without any are forgotten
                self._of_tenant += Counter()

        return give_back
