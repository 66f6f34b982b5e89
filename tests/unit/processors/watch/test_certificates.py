"""When certificates end."""

from dataclasses import replace

import pytest

from bus.adapters.memory.prober import Scripted
from bus.probing import Certificate, Secured
from processors.watch.certificates import EVERY_S, Certificates
from tests.support.watching import Watched

ENDS = 1_800_000_000.0
SHOWN = Certificate(
    subject="CN=acme", issuer="CN=ca", names=["acme"], not_before_s=0, not_after_s=ENDS
)


async def test_each_endpoint_is_looked_at_twice_a_day(stage: Watched) -> None:
    """One at a time; who has none is known at once."""
    acme = stage.world.table.all()[0]
    plain = acme.model_copy(update={"id": "plain", "url": "http://plain.example/in"})
    seen = Scripted(tls=Secured(chain=[SHOWN]))
    stage.prober.hosts["acme.example"] = seen
    certificates = Certificates(stage.prober, stage.world.clock)
    assert (certificates.known(acme), certificates.known(plain)) == (False, True)
    assert await certificates.look([acme, plain])
    assert certificates.ends(acme) == ENDS
    assert certificates.ends(plain) is None
    assert not await certificates.look([acme, plain])
    await stage.worlds.clock.advance(EVERY_S)
    assert await certificates.look([acme, plain])
    assert not await certificates.look([])
    assert not certificates.known(acme)


@pytest.mark.parametrize(
    ("url", "has_one"),
    [
        ("grpcs://other.example", True),
        ("amqps://other.example/queues/in", True),
        ("amqps1://other.example/in", True),
        ("tls://other.example/shop", True),
        ("kafkas://other.example/shop", True),
        ("amqp://other.example/queues/in", False),
        ("nats://other.example/shop", False),
    ],
)
async def test_every_kind_with_tls(stage: Watched, url: str, *, has_one: bool) -> None:
    """Is looked at, whatever is spoken inside."""
    one = stage.world.table.all()[0].model_copy(update={"url": url})
    stage.prober.hosts["other.example"] = Scripted(tls=Secured(chain=[SHOWN]))
    certificates = Certificates(stage.prober, stage.world.clock)
    assert await certificates.look([one]) is has_one
    assert certificates.ends(one) == (ENDS if has_one else None)


async def test_one_that_ends_soon_is_looked_at_hourly(stage: Watched) -> None:
    """So that its successor is seen on the day it is put there."""
    acme, clock = stage.world.table.all()[0], stage.world.clock
    certificates = Certificates(stage.prober, clock)
    for ends in (clock.now() + 86_400, ENDS):
        shown = replace(SHOWN, not_after_s=ends)
        seen = Scripted(tls=Secured(chain=[shown]))
        stage.prober.hosts["acme.example"] = seen
        assert await certificates.look([acme])
        assert certificates.ends(acme) == ends
        await stage.worlds.clock.advance(3_600)
    assert not await certificates.look([acme])


async def test_who_cannot_be_reached_stays_unknown(stage: Watched) -> None:
    """Until it can; nobody else waits for it."""
    acme = stage.world.table.all()[0]
    certificates = Certificates(stage.prober, stage.world.clock)
    assert await certificates.look([acme])
    assert not certificates.known(acme)
    assert not await certificates.look([acme])
