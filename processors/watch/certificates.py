"""When the certificates of endpoints end: each looked at twice a day, one at a time."""

from collections.abc import Collection
from urllib.parse import urlsplit

from bus.delivery.endpoint import SCHEMES, Kind
from bus.delivery.subscription import State, Subscription
from bus.ports import Clock
from bus.probing import Prober

EVERY_S = 12 * 3_600.0
_SOON_S, _SOON_EVERY_S = 15 * 86_400.0, 3_600.0
_STEP_S = 5.0


class Certificates:
    """What endpoints showed when they were last looked at.

    A look starts TLS as deliveries do, through the same guard, and hangs up: no request
    is sent. Whoever could not be reached is asked again after all others.
    """

    def __init__(self, prober: Prober, clock: Clock) -> None:
        self._prober = prober
        self._clock = clock
        self._looked: dict[str, float] = {}
        self._ends: dict[str, float] = {}

    def known(self, one: Subscription) -> bool:
        """Whether all is known of it that is to be known."""
        return not _has_one(one) or one.url in self._ends

    def ends(self, one: Subscription) -> float | None:
        """When the certificate ends, in epoch seconds; None: not known, or none."""
        return self._ends.get(one.url) if _has_one(one) else None

    async def look(self, subscriptions: Collection[Subscription]) -> bool:
        """Look at the one endpoint that is due for longest; False if none is."""
        now = self._clock.now()
        urls = {one.url: one for one in subscriptions if _has_one(one)}
        self._forget(urls)
        due = [url for url in urls if self._is_due(url, now)]
        if not due:
            return False
        url = min(due, key=lambda url: self._looked.get(url, -EVERY_S))
        self._looked[url] = now
        if (ends := await self._ask(urls[url])) is not None:
            self._ends[url] = ends
        return True

    def _is_due(self, url: str, now: float) -> bool:
        """Twice a day; hourly where it ends soon, so that a new one is soon seen."""
        ends = self._ends.get(url)
        soon = ends is not None and ends - now < _SOON_S
        every_s = _SOON_EVERY_S if soon else EVERY_S
        return now - self._looked.get(url, -EVERY_S) >= every_s

    async def _ask(self, one: Subscription) -> float | None:
        seen = await self._prober.look_up(one.url, _STEP_S)
        for address in seen.admitted[:1]:
            secured = await self._prober.secure(one.url, address, one.tls, _STEP_S)
            if secured.chain:
                return secured.chain[0].not_after_s
        return None

    def _forget(self, urls: Collection[str]) -> None:
        for known in (self._looked, self._ends):
            for url in known.keys() - urls:
                del known[url]


def _has_one(one: Subscription) -> bool:
    scheme = SCHEMES.get(urlsplit(one.url).scheme)
    if scheme is None or scheme.kind is Kind.PULL:  # whose partner dials us
        return False
    secure = not scheme.plain
    return secure and one.state is State.ACTIVE
