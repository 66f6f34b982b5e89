"""Where webhooks may go: public unicast addresses, and what an operator opens.

Partners choose the URLs, so without a guard they could make the bus post into the
operator's own network (server-side request forgery). The rules:

- Every address is judged when a connection is made, and that address is the one
  connected to, so a name that changes its mind (DNS rebinding) gains nothing.
- Closed by default: IANA's special-purpose blocks, IPv4 and IPv6, are refused, in
  every notation and wrapped in IPv6 (mapped, NAT64) too. 6to4 and Teredo, which
  tunnel to an IPv4 address of the URL's choice, are refused altogether.
- `allow` opens networks by name, `127.0.0.0/8` for tests and development.
- `https_only` leaves plain http to the networks in `allow`.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries; OWASP SSRF
Prevention Cheat Sheet.
"""

import re
from collections.abc import Collection, Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from bus.delivery.endpoint import SCHEMES, secured

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_CLOSED_V4 = tuple(
    (IPv4Network(block), what)
    for block, what in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "special-purpose"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "special-purpose"),
        ("192.52.193.0/24", "special-purpose"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "special-purpose"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    (IPv6Network(block), what)
    for block, what in (
        ("2001::/23", "special-purpose"),  # Teredo, ORCHID, benchmarking
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "special-purpose"),
        ("3fff::/20", "documentation"),
    )
)
_OUTSIDE_V6 = tuple(
    (IPv6Network(block), what)
    for block, what in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_LAST_32_BITS = 0xFFFF_FFFF
# WHATWG URL, "ends in a number": such a host is an IPv4 address to somebody.
_NUMERIC_END = re.compile(r"(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$")
_HOST_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_LONGEST_NAME = 254
_NOT_PUBLIC = "not a public address"
_WEBHOOKS = frozenset({"http", "https"})


class Guard:
    """Says why a URL or an address may not be posted to.

    Args:
        allow: Networks to open although they are not public (`127.0.0.0/8`).
        ports: The only ports to connect to; None means any.
        https_only: Plain http only to addresses in `allow`.
    """

    def __init__(
        self,
        *,
        allow: Iterable[str | Network] = (),
        ports: Collection[int] | None = None,
        https_only: bool = True,
    ) -> None:
        self._allow = tuple(ip_network(network) for network in allow)
        self._ports = None if ports is None else frozenset(ports)
        self._https_only = https_only

    def check_url(self, url: str) -> str | None:
        """Why this URL may not be posted to, or None, as far as no DNS is needed.

        A name passes here and is judged by its addresses; see `admit`.
        """
        return self._check(url, _WEBHOOKS, "expected an http or https URL")

    def check_endpoint(self, url: str) -> str | None:
        """The same of a URL of any kind of endpoint."""
        return self._check(url, SCHEMES, f"expected a URL of {', '.join(SCHEMES)}")

    def _check(self, url: str, schemes: Collection[str], other: str) -> str | None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return "not a URL"
        if parts.scheme not in schemes:
            return other
        return (
            self._check_shape(parts)
            or self._check_port(SCHEMES[parts.scheme].port if port is None else port)
            or self._check_host(parts.hostname or "", parts.scheme)
        )

    def check_address(
        self, address: str | Address, *, plain: bool, scheme: str = "http"
    ) -> str | None:
        """Why this address may not be connected to, or None.

        `plain` says that the connection would be without TLS, `scheme` what it would
        then speak.
        """
        try:
            given = ip_address(address)
        except ValueError:
            return "not an IP address"
        meant = _unwrap(given)
        if self._opened(given) or self._opened(meant):
            return None
        if (what := _closed(meant)) is not None:
            return f"{meant} is {_NOT_PUBLIC} ({what})"
        if plain and self._https_only:
            return _plain(scheme)
        return None

    def opened(self, address: str) -> bool:
        """Whether an operator has opened a network that this address is in."""
        try:
            given = ip_address(address)
        except ValueError:
            return False
        return self._opened(given) or self._opened(_unwrap(given))

    def admit(
        self, addresses: Iterable[str], *, plain: bool, scheme: str = "http"
    ) -> list[str]:
        """The addresses of a name that may be connected to, in their order.

        Raises:
            ForbiddenAddressError: none of them may.
        """
        admitted: list[str] = []
        why = "no address"
        for address in addresses:
            refusal = self.check_address(address, plain=plain, scheme=scheme)
            if refusal is None:
                admitted.append(address)
            else:
                why = told(refusal)
        if not admitted:
            raise ForbiddenAddressError(why)
        return admitted

    def _opened(self, address: Address) -> bool:
        # A network of the other IP version never contains it.
        return any(address in network for network in self._allow)

    @staticmethod
    def _check_shape(parts: SplitResult) -> str | None:
        if parts.username is not None or parts.password is not None:
            return "credentials do not belong in a URL"
        if not parts.hostname:
            return "the URL has no host"
        return None

    def _check_port(self, port: int) -> str | None:
        if port == 0:
            return "port 0 cannot be connected to"
        if self._ports is not None and port not in self._ports:
            return f"port {port} is not among the allowed ports"
        return None

    def _check_host(self, host: str, scheme: str) -> str | None:
        plain = SCHEMES[scheme].plain
        if ":" in host:
            return self.check_address(host, plain=plain, scheme=scheme)
        if _NUMERIC_END.search(host):
            try:
                known = IPv4Address(host)
                return self.check_address(known, plain=plain, scheme=scheme)
            except ValueError:
                return "not a canonical IPv4 address"
        if not _HOST_NAME.fullmatch(host) or len(host) > _LONGEST_NAME:
            return "not a host name"
        if plain and self._https_only and not self._allow:
            return _plain(scheme)
        return None


def _plain(scheme: str) -> str:
    return f"plain {scheme} is refused; use {secured(scheme)}"


def told(refusal: str) -> str:
    """Why an address of a name is refused, for whoever gave the name.

    Neither which address nor of what kind: names stand for what is inside a network.
    """
    return _NOT_PUBLIC if _NOT_PUBLIC in refusal else refusal


class ForbiddenAddressError(Exception):
    """A host has only addresses that the guard refuses. The text says why."""


def _unwrap(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & _LAST_32_BITS)
    return address


def _closed(address: Address) -> str | None:
    if isinstance(address, IPv4Address):
        return _first(_CLOSED_V4, address)
    if address in _GLOBAL_V6:
        return _first(_CLOSED_V6, address)
    return _first(_OUTSIDE_V6, address) or "outside global unicast"


def _first(
    blocks: tuple[tuple[IPv4Network, str], ...] | tuple[tuple[IPv6Network, str], ...],
    address: Address,
) -> str | None:
    return next((what for block, what in blocks if address in block), None)
