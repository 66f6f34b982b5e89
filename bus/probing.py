"""Looking at an endpoint step by step, as a port: what is asked, what was seen.

A post says only that there was no answer. A probe says how far it came, and how
long each step took. Times are seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bus.delivery.subscription import Tls
from bus.sending import NoAnswer, Post


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a name. `refused` says why nothing may connect to it."""

    address: str
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """A URL's host, looked up. `refused` says why the URL itself may not be used."""

    host: str = ""
    addresses: Sequence[Address] = ()
    took_s: float = 0.0
    refused: str = ""
    failure: NoAnswer | None = None

    @property
    def admitted(self) -> Sequence[str]:
        """The addresses that may be connected to."""
        return [one.address for one in self.addresses if not one.refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A TCP connection to one address, made and closed."""

    address: str
    took_s: float = 0.0
    failure: NoAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What an endpoint shows of itself. Times are epoch seconds."""

    subject: str
    issuer: str
    names: Sequence[str]
    not_before_s: float
    not_after_s: float

    @property
    def self_signed(self) -> bool:
        """Whether it vouches for itself."""
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """A TLS handshake, as deliveries make it, and what the endpoint showed.

    `why_untrusted` is OpenSSL's X509_V_ERR code, 0 where trust is not the matter.
    `unusable` says that our own certificates cannot be used, so nothing was tried.
    """

    version: str = ""
    cipher: str = ""
    chain: Sequence[Certificate] = ()
    took_s: float = 0.0
    failure: NoAnswer | None = None
    why_untrusted: int = 0
    unusable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """One request on a connection that others may have used before.

    `headers` are those of the answer by lower-case name, printable and short. `began`
    says if any byte came; `whole` if the answer had an end; `kept` if the connection
    can be used again.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    excerpt: str = ""
    body_bytes: int = 0
    took_s: float = 0.0
    began: bool = False
    whole: bool = False
    kept: bool = False
    failure: NoAnswer | None = None


class Asker(Protocol):
    """Asks an endpoint whether it wants events. Never raises for what it does."""

    async def opened(self, url: str, within_s: float) -> bool:
        """Whether the URL leads into networks alone that the operator has opened."""
        ...

    async def options(self, post: Post) -> Exchanged:
        """Send `OPTIONS` with the headers of a post, within its `timeout_s`."""
        ...


class Prober(Protocol):
    """Looks at an endpoint. Never raises for what it or the network does.

    Talks to nobody whom deliveries may not talk to: every method asks the guard, and
    a refusal is a failure of the kind FORBIDDEN.
    """

    async def look_up(self, url: str, within_s: float) -> LookedUp:
        """Ask for all addresses of the URL's host, and judge them."""
        ...

    async def connect(self, url: str, address: str, within_s: float) -> Connected:
        """Connect to one of its addresses, and hang up."""
        ...

    async def secure(
        self, url: str, address: str, tls: Tls, within_s: float
    ) -> Secured:
        """Start TLS with one of its addresses, and hang up; sends no request."""
        ...

    async def exchange(
        self, post: Post, address: str, times: int
    ) -> Sequence[Exchanged]:
        """Post several times on one connection, each within the post's `timeout_s`.

        Ends with the first exchange after which the connection cannot be used.
        """
        ...
