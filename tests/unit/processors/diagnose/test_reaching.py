"""What an endpoint's name and address are judged by."""

from dataclasses import replace

import pytest

from processors.diagnose.findings import Severity
from processors.diagnose.subject import of_subscription
from tests.support.endpoint import Endpoint
from tests.unit.processors.diagnose.conftest import Lab, by_code, stored


async def test_a_port_nobody_listens_on(lab: Lab) -> None:
    """An error with the address, and nothing is judged that was not seen."""
    async with Endpoint() as endpoint:
        url = endpoint.url()
    found = await lab.about(url)

    assert found["tcp.fails"].severity is Severity.ERROR
    assert "refused" in str(found["tcp.fails"].evidence)
    assert not {"http.ok", "signed.ok"} & set(found)


async def test_one_of_two_addresses(lab: Lab) -> None:
    """Some addresses that are silent are a warning; the others are used."""
    lab.names["partner.example"] = ["127.0.0.2", "127.0.0.1"]
    async with Endpoint(lab.partner()) as endpoint:
        found = await lab.about(endpoint.url(host="partner.example"))

    assert found["tcp.partly"].severity is Severity.WARNING
    assert "signed.ok" in found


async def test_a_name_that_is_none(lab: Lab) -> None:
    """An error of DNS, and no other."""
    lab.names["partner.example"] = []
    found = await lab.about("https://partner.example/in")

    assert set(found) == {"state.ok", "dns.fails"}


@pytest.mark.parametrize(
    "url",
    [
        "https://10.1.2.3/in",
        "https://[::ffff:169.254.169.254]/latest",
        "https://metadata.example/latest",
        "http://public.example/in",
    ],
)
async def test_what_deliveries_may_not_reach(lab: Lab, url: str) -> None:
    """Nothing is connected to, whatever the notation and whoever's name it is."""
    lab.names["metadata.example"] = ["169.254.169.254", "fd00::1"]
    lab.names["public.example"] = ["8.8.8.8"]
    found = await lab.about(url)

    assert found["policy.refused"].severity is Severity.ERROR
    assert not {code for code in found if code.startswith(("tcp", "tls", "http"))}


async def test_a_name_with_an_address_inside(lab: Lab) -> None:
    """It is passed over, as deliveries do, and told of."""
    lab.names["partner.example"] = ["10.1.2.3", "127.0.0.1"]
    async with Endpoint(lab.partner()) as endpoint:
        found = await lab.about(endpoint.url(host="partner.example"))

    assert found["policy.partly"].severity is Severity.WARNING
    assert list(found["tcp.ok"].evidence) == ["127.0.0.1"]


async def test_who_has_not_said_yes_is_not_flooded(lab: Lab) -> None:
    """A partner's diagnosis of what may be another's endpoint makes a few requests."""
    async with Endpoint(lab.partner()) as endpoint:
        one = stored(endpoint.url(), unproven=True)
        known = of_subscription(one, lab.means.clock.now())
        few = by_code(await lab.report(replace(known, outsider=True)))
        many = by_code(await lab.report(known))

    assert {"signed.ok", "signature.checked"} <= set(few)
    assert not {code for code in few if code.startswith("latency")}
    assert "latency.ok" in many


async def test_a_partner_is_not_told_what_stands_inside(lab: Lab) -> None:
    """Neither an address nor what kind it is; an operator is told both."""
    lab.names["partner.example"] = ["10.1.2.3", "fd00::7"]
    one = of_subscription(stored("https://partner.example/in"), 0.0)
    told = repr(await lab.report(replace(one, outsider=True)))

    assert "policy.refused" in told
    assert not {part for part in ("10.1.2.3", "fd00", "private") if part in told}
    assert "10.1.2.3" in repr(await lab.report(one))
