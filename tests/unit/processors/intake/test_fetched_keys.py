"""Keys that requests name, at the door: asked for once, and within bounds."""

import asyncio
from datetime import UTC, datetime

import pytest

from bus.intake.verifying.verdict import Reason
from bus.sending import Got, NoAnswer, NoAnswerKind
from processors.telemetry import intake_names as names
from tests.support.certified import FOLDER, HOOK, URL, Certified
from tests.support.door import Got as Heard
from tests.support.door import Knocker
from tests.support.sources import added

BODY = b'{"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED"}'
SENDER = Certified(datetime.fromtimestamp(1_700_000_000, UTC))


@pytest.fixture
async def knock(knock: Knocker) -> Knocker:
    """A door with a source of PayPal's, whose key can be had."""
    await added(knock.world, id="pay", channel="paypal", secret=HOOK)
    knock.asker.holds(URL, Got(200, {}, SENDER.pem.encode()))
    return knock


async def pays(knock: Knocker, url: str = URL) -> Heard:
    """What PayPal sends, under a key at this address."""
    return await knock("/in/pay", BODY, SENDER.headers(BODY, url))


async def test_a_key_is_had_once(knock: Knocker) -> None:
    """Also by many who come at once; after six hours again."""
    heard = await asyncio.gather(*(pays(knock) for _ in range(8)))
    assert {one.status for one in heard} == {200}
    assert (await pays(knock)).status == 200
    assert [ask.url for _, ask in knock.asker.asked] == [URL]
    assert {raw.verdict for raw in knock.kept("pay")} == {Reason.VERIFIED}
    assert "paypal-transmission-sig" not in knock.kept("pay")[0].submission.headers
    await knock.worlds.clock.advance(6 * 3600 + 1)
    assert (await pays(knock)).status == 200
    assert len(knock.asker.asked) == 2


@pytest.mark.parametrize(
    "away", [Got(503, {}, b""), Got(429, {}, b""), NoAnswer(NoAnswerKind.TIMEOUT)]
)
async def test_a_key_that_cannot_be_had_now(
    knock: Knocker, away: Got | NoAnswer
) -> None:
    """Its sender tries again, and is told to; once it is there, all is well."""
    knock.asker.then(URL, away)
    assert (await pays(knock)).status == 503
    assert knock.kept("pay") == []
    assert knock.observer.notes[-1][0] == names.NO_KEY
    assert (await pays(knock)).status == 200


async def test_a_key_that_there_is_not(knock: Knocker) -> None:
    """Is refused, and not asked for with every request."""
    for _ in range(3):
        assert (await pays(knock, f"{FOLDER}CERT-none")).status == 401
    assert len(knock.asker.asked) == 1
    knock.asker.holds(f"{FOLDER}CERT-page", Got(200, {}, b"<html>"))
    assert (await pays(knock, f"{FOLDER}CERT-page")).status == 401


async def test_no_address_of_anybody_else_is_asked(knock: Knocker) -> None:
    """Whatever a request names."""
    heard = await pays(knock, "https://keys.example/v1/notifications/certs/CERT-1")
    assert heard.status == 401
    assert knock.asker.asked == []


async def test_new_addresses_are_asked_for_in_bounds(knock: Knocker) -> None:
    """Who makes them up puts off others that are new, and nobody who is known."""
    assert (await pays(knock)).status == 200
    statuses = [(await pays(knock, f"{FOLDER}c{n}")).status for n in range(40)]
    assert statuses.count(503) >= 15
    assert len(knock.asker.asked) <= 25
    assert (await pays(knock)).status == 200
    await knock.worlds.clock.advance(60)
    assert (await pays(knock, f"{FOLDER}c39")).status == 401
