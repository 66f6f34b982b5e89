"""Diagnoses and verifications over HTTP."""

from dataclasses import replace

from bus.adapters.memory.prober import MemoryProber, Scripted
from bus.delivery.subscription import State
from processors.subscriptions.onboarding import find
from tests.support.gateway import UNLIMITED, Client, Got, serving
from tests.support.worlds import Worlds
from tests.unit.processors.gateway.test_subscriptions import PATH, made


async def ended(ask: Client, worlds: Worlds, begun: Got, by: str) -> Got:
    """The job when it is over."""
    assert begun.status == 202, begun.body
    where = begun.headers["Location"]
    while (job := await ask("GET", where, by=by)).json["state"] == "running":
        await worlds.clock.advance(1)
    return job


async def test_a_diagnosis_is_a_job(ask: Client, worlds: Worlds) -> None:
    """Its result is the report; a partner has it for its own alone."""
    await made(ask, by="partner")
    path = f"{PATH}/my-shop/diagnose"
    assert (await ask("POST", path, by="stranger")).status == 404
    begun = await ask("POST", path, {"since": "1h"}, by="partner")
    job = await ended(ask, worlds, begun, "partner")
    assert job.json["state"] == "done", job.json
    result = job.json["result"]
    assert isinstance(result, dict)
    assert result["subscription"] == "my-shop"
    codes = {finding["code"] for finding in result["findings"]}
    # The world's sender accepts whatever comes, wrong signatures included.
    assert {"tls.ok", "http.ok", "signature.unchecked", "failures.quiet"} <= codes
    assert b"hush" not in job.body


async def test_nothing_from_inside_is_told(ask: Client, worlds: Worlds) -> None:
    """A partner learns no address of our network; an operator does."""
    await made(ask, by="partner")
    inside = Scripted(addresses=("10.1.2.3",), refused={"10.1.2.3": "private"})
    prober = ask.api.means.prober
    assert isinstance(prober, MemoryProber)
    prober.hosts["shop.example"] = inside
    path = f"{PATH}/my-shop/diagnose"
    told = await ended(ask, worlds, await ask("POST", path, by="partner"), "partner")
    assert b"policy.refused" in told.body
    assert b"10.1.2.3" not in told.body
    whole = await ended(ask, worlds, await ask("POST", path), "operator")
    assert b"10.1.2.3" in whole.body


async def test_an_endpoint_is_asked(ask: Client) -> None:
    """What it said is told; without anybody to ask with all are trusted."""
    await made(ask)
    got = await ask("POST", f"{PATH}/my-shop/verify")
    assert got.status == 200
    assert got.json["wanted"] is True
    assert "verify" in str(got.json["subscription"])


async def test_who_may_trust(ask: Client) -> None:
    """An operator; a partner has to have its endpoint say so."""
    await made(ask, by="partner")
    path, trusting = f"{PATH}/my-shop/verify", {"trust": True}
    refused = await ask("POST", path, trusting, by="partner")
    assert (refused.status, refused.slug) == (403, "not-allowed")
    world = ask.api.world
    one = await world.writer.update(
        "my-shop", lambda old: old.model_copy(update={"unproven": True})
    )
    assert (one.unproven, one.state) == (True, State.ACTIVE)
    got = await ask("POST", path, trusting)
    assert got.json["how"] == "trusted by an operator"
    assert not find(world, "my-shop").unproven


async def test_a_stranger_s_endpoint_is_not_asked_at_a_key_s_rate(
    ask: Client, worlds: Worlds
) -> None:
    """By tenant and host, whatever the path; operators may; it is forgotten in time."""
    await made(ask, by="partner")
    async with serving(worlds, bounds=replace(UNLIMITED, endpoint_asks=25)) as limited:
        test, diagnosis = f"{PATH}/my-shop/test", f"{PATH}/my-shop/diagnose"
        assert (await limited("POST", diagnosis, by="partner")).status == 202
        statuses = [
            (await limited("POST", test, {}, by="partner")).status for _ in range(7)
        ]
        assert statuses == [200] * 5 + [429] * 2
        refused = await limited("POST", diagnosis, by="partner")
        assert (refused.status, refused.slug) == (429, "too-many-requests")
        assert int(refused.headers["Retry-After"]) > 60
        assert (await limited("POST", test, {})).status == 200
        verify = await limited("POST", f"{PATH}/my-shop/verify", by="partner")
        assert verify.status == 429
        await worlds.clock.advance(600)
        assert (await limited("POST", test, {}, by="partner")).status == 200
