"""Where a request comes from, behind proxies that are believed as well."""

import asyncio
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

from aiohttp import web

Network = IPv4Network | IPv6Network
_SUBSCRIBER = 64
_LONGEST = 100
"""Longer texts are no addresses, whatever the scope that one of IPv6 may name."""
_FOR = re.compile(r'(?:^|;)\s*for=("[^"]*"|[^;,\s]*)', re.IGNORECASE)
_WITH_PORT = re.compile(r"\[([0-9a-fA-F:.]+)\](?::\d+)?|([0-9.]+):\d+", re.ASCII)


class Proxies(NamedTuple):
    """Who is believed where a request comes from, and in which header of theirs.

    In one only: what a proxy does not write, it passes on as whoever asks wrote it.
    """

    networks: Sequence[Network] = ()
    header: str = "x-forwarded-for"


def address_of(request: web.BaseRequest, proxies: Proxies) -> str:
    """The address that asks.

    Behind proxies that are trusted, the last one in their header that is none of
    them: whoever asks can write what stands before it.
    """
    address = address_at(request.transport) if request.transport else ""
    if not _trusted(address, proxies.networks):
        return address
    hops = _hops(",".join(request.headers.getall(proxies.header, ())), proxies.header)
    while hops and _trusted(address, proxies.networks):
        hop = _node(hops.pop())
        if parsed(hop) is None:
            break
        address = _plain(hop)
    return address


def _hops(text: str, header: str) -> list[str]:
    """Who sent it to whom, as the proxies say it, the nearest last."""
    hops = [hop.strip() for hop in text.split(",") if hop.strip()]
    if header != "forwarded":
        return hops
    named = [_FOR.search(hop) for hop in hops]
    return [found[1].strip('"') if found else "" for found in named]


def _node(text: str) -> str:
    """The address of a node, without its port (RFC 7239, section 6)."""
    found = _WITH_PORT.fullmatch(text)
    return (found[1] or found[2]) if found else text


def _plain(address: str) -> str:
    """An IPv4 address as itself, also where IPv6 carries it."""
    found = parsed(address)
    return str(found) if isinstance(found, IPv4Address) else address


def address_at(transport: asyncio.BaseTransport) -> str:
    """The address at the other end of a connection."""
    peer: object = transport.get_extra_info("peername")
    return _plain(str(peer[0])) if isinstance(peer, tuple) and peer else ""


def _trusted(address: str, proxies: Collection[Network]) -> bool:
    found = parsed(address)
    return found is not None and any(found in network for network in proxies)


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """An address that is one; None for what is none."""
    return _parsed(address) if len(address) <= _LONGEST else None


@lru_cache(maxsize=4_096)  # each request has the same few
def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped  # what comes by IPv4 to a socket of both (`::`)
    return found


def network_of(address: str) -> str:
    """Who is counted as one: an IPv4 address, or all that one IPv6 subscriber has.

    A /64 is the least that anybody gets; within it addresses cost nothing.
    """
    found = parsed(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found.packed[:8] + bytes(8), _SUBSCRIBER)))
    return str(found or address)
