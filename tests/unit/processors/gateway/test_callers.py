"""From where a request comes: what proxies say is believed of those that are named."""

from ipaddress import ip_network

import pytest

from processors.gateway.bounds import Bounds
from processors.gateway.callers import Proxies
from tests.support.gateway import serving
from tests.support.worlds import Worlds

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))
OTHERS = (ip_network("192.0.2.0/24"),)
BY_FORWARDED = Proxies(LOOPBACK, "forwarded")


@pytest.mark.parametrize(
    ("proxies", "header", "value", "address"),
    [
        (Proxies(LOOPBACK), "X-Forwarded-For", "203.0.113.9", "203.0.113.9"),
        (Proxies(LOOPBACK), "X-Forwarded-For", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (Proxies(LOOPBACK), "X-Forwarded-For", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        (Proxies(LOOPBACK), "X-Forwarded-For", "203.0.113.9:4711", "203.0.113.9"),
        (Proxies(LOOPBACK), "X-Forwarded-For", "[2001:db8::1]:4711", "2001:db8::1"),
        (Proxies(LOOPBACK), "X-Forwarded-For", "2001:db8::1", "2001:db8::1"),
        (Proxies(LOOPBACK), "X-Forwarded-For", "::ffff:10.1.1.1", "10.1.1.1"),
        (Proxies(LOOPBACK), "X-Forwarded-For", "1.1.1.1, unknown", "127.0.0.1"),
        (Proxies(LOOPBACK), "X-Forwarded-For", '1.1.1.1, "', "127.0.0.1"),
        (Proxies(LOOPBACK), "X-Forwarded-For", ",,", "127.0.0.1"),
        (Proxies(LOOPBACK), "Forwarded", "for=203.0.113.9", "127.0.0.1"),
        (Proxies(OTHERS), "X-Forwarded-For", "203.0.113.9", "127.0.0.1"),
        (Proxies(), "X-Forwarded-For", "203.0.113.9", "127.0.0.1"),
        (BY_FORWARDED, "Forwarded", "for=203.0.113.9;proto=https", "203.0.113.9"),
        (BY_FORWARDED, "Forwarded", "proto=https; For=203.0.113.9", "203.0.113.9"),
        (BY_FORWARDED, "Forwarded", 'for="[2001:db8::1]:4711"', "2001:db8::1"),
        (BY_FORWARDED, "Forwarded", "for=1.1.1.1, for=203.0.113.9:80", "203.0.113.9"),
        (BY_FORWARDED, "Forwarded", "for=1.1.1.1, for=_hidden", "127.0.0.1"),
        (BY_FORWARDED, "Forwarded", "for=1.1.1.1, by=10.0.0.1", "127.0.0.1"),
        (BY_FORWARDED, "Forwarded", 'for="1.1.1.1, for=203.0.113.9', "203.0.113.9"),
        (BY_FORWARDED, "X-Forwarded-For", "203.0.113.9", "127.0.0.1"),
    ],
)
async def test_who_asks(
    worlds: Worlds, proxies: Proxies, header: str, value: str, address: str
) -> None:
    """The nearest that is no proxy of ours, as the proxies say; else who connects."""
    bounds = Bounds(key_rate=0, address_rate=0, proxies=proxies)
    async with serving(worlds, bounds=bounds) as ask:
        await ask("GET", "/v1/event-types", headers={header: value})
        told = [fields for name, fields in ask.observer.notes if name == "request"]
        assert told[-1]["address"] == address
