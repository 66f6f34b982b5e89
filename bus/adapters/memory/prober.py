"""A prober without a network: endpoints are as they are scripted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bus.delivery.endpoint import SCHEMES
from bus.delivery.subscription import Tls
from bus.ports import NoAnswer, NoAnswerKind, Post
from bus.probing import Address, Connected, Exchanged, LookedUp, Secured

_FORBIDDEN = NoAnswer(NoAnswerKind.FORBIDDEN, "not an allowed destination")
_AGREED = Secured(version="TLSv1.3")
_NOT_ALLOWED = Exchanged(status=405, began=True, whole=True, kept=True)
_GOOD = Exchanged(status=200, began=True, whole=True, kept=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """How a host is: its addresses, what they say, whom nobody may talk to."""

    addresses: Sequence[str] = ("192.0.2.1",)
    refused: Mapping[str, str] = field(default_factory=dict)
    connecting: NoAnswer | None = None
    tls: Secured = _AGREED
    answers: Exchanged = _GOOD
    opened: bool = False
    options: Exchanged = _NOT_ALLOWED


@dataclass(slots=True)
class MemoryProber:
    """`bus.probing.Prober` and `Asker` for tests.

    Hosts that nothing is said of have no address.
    """

    hosts: dict[str, Scripted] = field(default_factory=dict)
    requests: list[Post] = field(default_factory=list)
    asked: list[Post] = field(default_factory=list)

    async def look_up(self, url: str, within_s: float) -> LookedUp:  # noqa: ARG002 - the port's
        """See `Prober`."""
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            return LookedUp(refused="expected a URL of an endpoint")
        host = self.hosts.get(parts.hostname)
        if host is None:
            unknown = NoAnswer(NoAnswerKind.DNS, "the host name cannot be resolved")
            return LookedUp(host=parts.hostname, failure=unknown)
        found = [Address(one, host.refused.get(one, "")) for one in host.addresses]
        return LookedUp(host=parts.hostname, addresses=found)

    async def connect(self, url: str, address: str, within_s: float) -> Connected:  # noqa: ARG002 - the port's
        """See `Prober`."""
        return Connected(address=address, failure=self._refusal(url, address))

    async def secure(
        self,
        url: str,
        address: str,
        tls: Tls,  # noqa: ARG002 - the port's
        within_s: float,  # noqa: ARG002 - the port's
    ) -> Secured:
        """See `Prober`."""
        failure = self._refusal(url, address)
        return self._host(url).tls if failure is None else Secured(failure=failure)

    async def exchange(
        self, post: Post, address: str, times: int
    ) -> Sequence[Exchanged]:
        """See `Prober`."""
        failure = self._refusal(post.url, address)
        if failure is not None:
            return [Exchanged(failure=failure)]
        answer = self._host(post.url).answers
        rounds = times if answer.kept else 1
        self.requests += [post] * rounds
        return [answer] * rounds

    async def opened(self, url: str, within_s: float) -> bool:  # noqa: ARG002 - the port's
        """See `Asker`."""
        return self._host(url).opened

    async def options(self, post: Post) -> Exchanged:
        """See `Asker`."""
        seen = await self.look_up(post.url, post.timeout_s)
        if not seen.admitted:
            return Exchanged(failure=seen.failure or _FORBIDDEN)
        self.asked.append(post)
        return self._host(post.url).options

    def _host(self, url: str) -> Scripted:
        return self.hosts.get(urlsplit(url).hostname or "", Scripted(addresses=()))

    def _refusal(self, url: str, address: str) -> NoAnswer | None:
        host = self._host(url)
        if address not in host.addresses or address in host.refused:
            return _FORBIDDEN
        return host.connecting
