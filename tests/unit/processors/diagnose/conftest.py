"""What a diagnosis works with in tests: real sockets on loopback, names as told."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.http.names import Names
from bus.adapters.http.probe import EndpointProbe
from bus.delivery.subscription import Secret, Subscription, parse_subscription
from processors.clock import SystemClock
from processors.diagnose.diagnosis import diagnose_endpoint
from processors.diagnose.findings import Finding, Report
from processors.diagnose.probing import Means
from processors.diagnose.subject import Subject, of_subscription, of_url
from processors.wiring.sinks import make_sinks
from tests.support.partner import SECRET, Partner

LOOPBACK = ("127.0.0.0/8", "::1/128")
CREATED = datetime(2026, 11, 1, tzinfo=UTC)


def stored(url: str, **fields: object) -> Subscription:
    """A subscription as it is stored, signed with the partner's secret."""
    secret = Secret(id="s1", value=SECRET, created_at=CREATED)
    least = {"id": "acme", "url": url, "types": ["order.*"], "secrets": [secret]}
    return parse_subscription(least | fields)


@dataclass
class Lab:
    """Diagnoses endpoints; `names` says which addresses a host has."""

    means: Means
    names: dict[str, list[str]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    async def report(self, subject: Subject) -> Report:
        """The whole report."""
        return await diagnose_endpoint(self.means, subject, self.steps.append)

    async def about(self, url: str, **fields: object) -> dict[str, Finding]:
        """Findings about a subscription to this URL, by code."""
        subject = of_subscription(stored(url, **fields), self.means.clock.now())
        return by_code(await self.report(subject))

    async def about_url(self, url: str, secret: str | None) -> dict[str, Finding]:
        """Findings about a bare URL, by code."""
        subject = of_url(url, secret, self.means.clock.now())
        return by_code(await self.report(subject))

    def impatient(self) -> "Lab":
        """The same with hardly any time for a look-up, a connection, a handshake."""
        return replace(self, means=replace(self.means, step_s=0.3))

    def partner(self, **misbehaving: object) -> Partner:
        """A partner with the right secret and our clock."""
        return Partner(self.means.clock.now, **misbehaving)  # type: ignore[arg-type]


def by_code(report: Report) -> dict[str, Finding]:
    """The findings; each code occurs once."""
    found = {one.code: one for one in report.findings}
    assert len(found) == len(report.findings)
    return found


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    """A lab in which loopback is open, and names are loopback unless told."""
    names: dict[str, list[str]] = {}

    def look_up(host: str) -> list[str]:
        found = names.get(host, ["127.0.0.1"])
        if not found:
            raise OSError(-2, "Name or service not known")
        return found

    guard, table = Guard(allow=LOOPBACK), Names(look_up, ttl_s=0)
    sender = LeanSender(guard, table)
    yield Lab(
        Means(
            prober=EndpointProbe(guard, table),
            sender=sender,
            sinks=make_sinks(sender, guard),
            clock=SystemClock(),
            random_bytes=os.urandom,
            step_s=30,
            budget_s=150,
        ),
        names,
    )
    await sender.close()
    await table.close()
