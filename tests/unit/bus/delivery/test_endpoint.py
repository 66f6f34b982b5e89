"""URLs of endpoints: what they mean, and why they mean nothing."""

import pytest

from bus.delivery.endpoint import (
    SCHEMES,
    GrpcEndpoint,
    HttpEndpoint,
    KafkaEndpoint,
    Kind,
    PluggedEndpoint,
    kind_of,
    parse_endpoint,
    passes_on,
    secured,
    way_of,
)


@pytest.mark.parametrize(
    ("url", "endpoint", "authority"),
    [
        ("grpcs://wms.example", ("wms.example", 443, False), "wms.example"),
        ("grpcs://wms.example:8443/", ("wms.example", 8443, False), "wms.example:8443"),
        ("GRPC://WMS.example.", ("wms.example", 80, True), "wms.example"),
        ("grpc://[::1]:50051", ("::1", 50051, True), "[::1]:50051"),
    ],
)
def test_grpc(url: str, endpoint: tuple[str, int, bool], authority: str) -> None:
    """A host, a port or the scheme's, and whether without TLS."""
    found = parse_endpoint(url)

    assert found == GrpcEndpoint(*endpoint)
    assert isinstance(found, GrpcEndpoint)
    assert found.authority == authority
    assert kind_of(url) is Kind.GRPC


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("kafkas://b.example/shop", ("b.example", 9093, False, "shop", False)),
        ("kafka://b:9092/a.b-c_d", ("b", 9092, True, "a.b-c_d", False)),
        ("kafka://b/t?value=avro", ("b", 9092, True, "t", True)),
    ],
)
def test_kafka(url: str, endpoint: tuple[str, int, bool, str, bool]) -> None:
    """A broker and a topic, and what its values are."""
    assert parse_endpoint(url) == KafkaEndpoint(*endpoint)
    assert passes_on(url) is endpoint[-1]


@pytest.mark.parametrize(
    ("query", "batch"),
    [("", 1), ("?batch=1", 1), ("?batch=20", 20), ("?batch=1000", 1000)],
)
def test_grpc_several(query: str, batch: int) -> None:
    """How many events a call may have."""
    found = parse_endpoint(f"grpcs://wms.example{query}")
    assert found == GrpcEndpoint("wms.example", 443, plain=False, batch=batch)


@pytest.mark.parametrize(
    ("url", "way", "plain"),
    [
        ("x-lines://host:7000/a?b=c", "x-lines", False),
        ("X-Lines+plain://host", "x-lines", True),
    ],
)
def test_plugged(url: str, way: str, *, plain: bool) -> None:
    """Whatever begins with x- is somebody else's, and never one of ours."""
    assert parse_endpoint(url) == PluggedEndpoint(url)
    assert kind_of(url) is Kind.PLUGGED
    assert way_of(url) == way
    scheme = url.partition(":")[0].lower()
    assert SCHEMES[scheme].plain is plain
    assert secured(scheme) == way
    assert not any(name.startswith("x-") for name in SCHEMES)


@pytest.mark.parametrize("name", ["x-", "x--a", "x-Ä", "x-a+tls", "y-a", "xa"])
def test_no_scheme(name: str) -> None:
    """And nothing else is a scheme because it looks like one."""
    assert name not in SCHEMES
    assert SCHEMES.get(name) is None


def test_http() -> None:
    """A webhook's URL is kept as it is."""
    assert parse_endpoint("https://a.example/x?y=z") == HttpEndpoint(
        "https://a.example/x?y=z"
    )
    assert kind_of("HTTPS://a.example/") is Kind.HTTP


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://a.example", "absolute http or https URL"),
        ("grpcs:wms", "absolute http or https URL"),
        ("grpcs://", "absolute http or https URL"),
        ("grpcs://u:p@wms.example", "credentials"),
        ("grpcs://wms.example/orderbus.v1.EventReceiver", "no path"),
        ("grpcs://wms.example?x=1", "at most .batch=N"),
        ("grpcs://wms.example?batch=0", "1 to 1000"),
        ("grpcs://wms.example?batch=1001", "1 to 1000"),
        ("grpcs://wms.example#x", "fragment"),
        ("grpcs://wms.example:99999", "port"),
        ("kafka://broker", "BROKER/TOPIC"),
        ("kafka://broker/", "BROKER/TOPIC"),
        ("kafka://broker/..", "BROKER/TOPIC"),
        ("kafka://broker/a/b", "BROKER/TOPIC"),
        ("kafka://broker/t?value=json", "BROKER/TOPIC"),
        ("kafka://a:1,b:2/t", "port"),
        ("grpcs://wms .example", "ASCII without spaces"),
    ],
)
def test_refused(url: str, why: str) -> None:
    """What is wrong is said."""
    with pytest.raises(ValueError, match=why):
        parse_endpoint(url)


def test_every_kind_has_a_scheme_with_tls_and_one_without() -> None:
    """Each of the latter names the former."""
    for name, scheme in SCHEMES.items():
        assert SCHEMES[secured(name)].kind is scheme.kind
        assert not SCHEMES[secured(name)].plain
        assert scheme.plain is (secured(name) != name)
    assert {scheme.kind for scheme in SCHEMES.values()} == set(Kind) - {Kind.PLUGGED}
