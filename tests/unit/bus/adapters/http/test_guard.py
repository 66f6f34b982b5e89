"""The guard: closed by default, in every notation, and opened by name only."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.adapters.http.guard import ForbiddenAddressError, Guard

CLOSED = Guard(https_only=False)

REFUSED = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
ADMITTED = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.215.14",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]


@pytest.mark.parametrize("address", REFUSED)
def test_special_address_is_refused(address: str) -> None:
    """Addresses that are not public unicast are refused, with the reason."""
    assert CLOSED.check_address(address, plain=False)


@pytest.mark.parametrize("address", ADMITTED)
def test_public_address_is_admitted(address: str) -> None:
    """Public addresses are admitted, mapped and translated ones by what they mean."""
    assert CLOSED.check_address(address, plain=True) is None


@given(st.ip_addresses(v=4))
def test_nothing_that_python_calls_private(address: IPv4Address) -> None:
    """No IPv4 address is admitted that the standard library says is not public."""
    if not address.is_global or address.is_multicast:
        assert CLOSED.check_address(address, plain=False)


@given(st.ip_addresses(v=6))
def test_nothing_in_ipv6_that_python_calls_private(address: IPv6Address) -> None:
    """No IPv6 address is admitted that the standard library says is not public."""
    if not address.is_global or address.is_multicast:
        assert CLOSED.check_address(address, plain=False)


@given(st.ip_addresses(v=4))
def test_wrapping_changes_nothing(address: IPv4Address) -> None:
    """An IPv4 address means the same mapped into IPv6 and translated by NAT64."""
    bare = CLOSED.check_address(address, plain=False)

    assert CLOSED.check_address(f"::ffff:{address}", plain=False) == bare
    assert CLOSED.check_address(f"64:ff9b::{address}", plain=False) == bare


URLS_REFUSED = [
    "ftp://partner.example/",
    "file:///etc/passwd",
    "//partner.example/",
    "partner.example",
    "http://",
    "https:///path",
    "https://user@partner.example/",
    "https://user:secret@partner.example/",
    "https://:secret@partner.example/",
    "https://partner.example:0/",
    "https://partner.example:65536/",
    "https://partner.example:port/",
    "https://[::1/",
    "https://[nonsense]/",
    "https://[v1.fe80::a]/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://0X7F.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://127.0.0.01/",
    "https://256.256.256.256/",
    "https://1.2.3.4.5/",
    "https://partner.0x1/",
    "https://0x/",
    "https://[::ffff:7f00:1]/",
    "https://[::1%25lo]/",
    "https://a b.example/",
    "https://partner%2eexample/",
    "https://пример.example/",
    "https://①②⑦.0.0.1/",
    "https://partner..example/",
    "https://.example/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 130}example/",
]


@pytest.mark.parametrize("url", URLS_REFUSED)
def test_url_is_refused(url: str) -> None:
    """URLs that mean a closed address, or nothing, are refused without DNS."""
    why = CLOSED.check_url(url)

    assert why
    assert "secret" not in why


@pytest.mark.parametrize(
    "url",
    [
        "https://partner.example",
        "https://partner.example./hook?x=1",
        "HTTPS://Partner.Example:8443/",
        "https://1.1.1.1/",
        "https://[2606:4700::1]:443/",
        "https://xn--e1afmkfd.example/",
        "https://under_score.example/",
        "https://localhost/",
        "https://1and1.example/",
        "http://partner.example/",
    ],
)
def test_url_is_fine_so_far(url: str) -> None:
    """Names pass: their addresses are judged when they are connected to."""
    assert CLOSED.check_url(url) is None


def test_allowed_network_is_open() -> None:
    """`allow` opens what it names, mapped forms included, and nothing else."""
    guard = Guard(allow=["127.0.0.0/8", "fd00::/8"], https_only=False)

    assert guard.check_url("http://127.0.0.1:8080/") is None
    assert guard.check_url("http://[::ffff:127.0.0.1]/") is None
    assert guard.check_url("http://[fd00::1]/") is None
    assert guard.check_url("http://[::1]/")
    assert guard.check_url("http://10.0.0.1/")
    assert guard.check_url("http://0x7f.1/")


def test_ports() -> None:
    """Only the ports given are open; a scheme's default port counts as itself."""
    guard = Guard(ports={443, 8443})

    assert guard.check_url("https://partner.example/") is None
    assert guard.check_url("https://partner.example:8443/") is None
    assert "8080" in (guard.check_url("https://partner.example:8080/") or "")


def test_plain_http_only_where_allowed() -> None:
    """By default http without TLS stays inside networks the operator opened."""
    assert "https" in (Guard().check_url("http://partner.example/") or "")
    guard = Guard(allow=["10.0.0.0/8"])

    assert guard.check_url("http://10.0.0.1/") is None
    assert "https" in (guard.check_url("http://1.1.1.1/") or "")
    assert guard.check_url("http://partner.example/") is None
    assert guard.admit(["10.0.0.1"], plain=True) == ["10.0.0.1"]
    with pytest.raises(ForbiddenAddressError, match="https"):
        guard.admit(["1.1.1.1"], plain=True)


def test_admit_keeps_what_is_public() -> None:
    """Of a name's addresses the public ones are left, in their order."""
    addresses = ["10.0.0.1", "1.1.1.1", "::1", "2606:4700::1"]

    assert CLOSED.admit(addresses, plain=False) == ["1.1.1.1", "2606:4700::1"]


@pytest.mark.parametrize("addresses", [[], ["10.0.0.1"], ["nonsense"], ["::1", "::"]])
def test_admit_nothing(addresses: list[str]) -> None:
    """A name without a public address is refused."""
    with pytest.raises(ForbiddenAddressError) as refused:
        CLOSED.admit(addresses, plain=False)
    # Whose name it is learns nothing of what is inside our network.
    assert not any(address in str(refused.value) for address in addresses)
    assert "private" not in str(refused.value)


@pytest.mark.parametrize("network", ["nonsense", "127.0.0.1/8"])
def test_wrong_network(network: str) -> None:
    """A network that is none is refused when the guard is made."""
    with pytest.raises(ValueError, match=network.split("/", maxsplit=1)[0]):
        Guard(allow=[network])
