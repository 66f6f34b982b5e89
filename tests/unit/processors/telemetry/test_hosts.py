"""Pages are answered to those who mean us."""

import pytest

from processors.telemetry.hosts import is_meant

OURS = frozenset({"bus.shop.example"})


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:9464",
        "10.1.2.3",
        "[::1]:9464",
        "[fd00::1]",
        "localhost:9464",
        "orderbus",
        "fanout.orders.svc.cluster.local:9464",
        "fanout.orders.svc",
        "node-1.internal",
        "BUS.shop.example.:9464",
    ],
)
def test_addresses_and_names_inside_are_meant(host: str) -> None:
    """As Prometheus, kubelets and people ask; and by the names that are ours."""
    assert is_meant(host, OURS)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example:9464",
        "shop.example",
        "localhost.evil.example",
        "[::1",
        "",
        ":9464",
        "a@evil.example",
    ],
)
def test_names_of_others_are_not(host: str) -> None:
    """A web page may have let one point here."""
    assert not is_meant(host, OURS)
