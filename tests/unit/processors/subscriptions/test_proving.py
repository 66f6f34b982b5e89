"""Asking endpoints before the first event, when they change, and by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import pytest

from bus.adapters.memory.prober import MemoryProber, Scripted
from bus.delivery.delivery import Accepted, Outcome, Refused
from bus.delivery.endpoint import Kind
from bus.delivery.subscription import Subscription
from bus.errors import InvalidSubscriptionError, NotReadyError
from bus.ports import Answer, Post, Reply
from bus.probing import Exchanged
from bus.sending import Parcel
from bus.webhook.signing import verify as signed
from processors.redrive.readiness import refuse_unready
from processors.sinks import Sinks
from processors.subscriptions import onboarding
from processors.subscriptions.document import Draft, draft
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.proof import CHALLENGE_TYPE, How, Proof, Unproven
from processors.subscriptions.world import World
from tests.support.partner import SECRET
from tests.support.worlds import Worlds

WANTS = Exchanged(
    status=200,
    headers={"webhook-allowed-origin": "*", "webhook-allowed-rate": "120"},
    whole=True,
)


@dataclass
class Partner:
    """Fulfils `bus.ports.Sender`: answers challenges if it knows the secret."""

    secret: str = ""
    posts: int = 0

    async def send(self, post: Post) -> Reply:
        """Verify, and answer with the challenge alone."""
        self.posts += 1
        headers = {name.lower(): value for name, value in post.headers}
        good = self.secret and signed(
            headers["webhook-signature"],
            headers["webhook-id"],
            int(headers["webhook-timestamp"]),
            post.body,
            [self.secret],
            float(headers["webhook-timestamp"]),
        )
        event = orjson.loads(post.body)
        assert event["type"] == CHALLENGE_TYPE
        assert event["bus"]["test"]
        return Answer(200, None, event["data"]["challenge"]) if good else Answer(401)

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Stage:
    """A world with somebody to ask, and those who are asked."""

    world: World
    hosts: dict[str, Scripted]
    partner: Partner

    async def add(self, secret: str | None = None, *, trust: bool = False) -> Taken:
        """Add acme."""
        fields = {"id": "acme", "url": "https://acme.example/in", "types": ["order.*"]}
        wanted = Draft(draft(fields, Path()).subscription, secret)
        return await onboarding.add(self.world, wanted, trust=trust)

    async def move(self, url: str, *, trust: bool = False) -> Subscription:
        """Change its URL."""
        taken = await onboarding.update(self.world, "acme", {"url": url}, trust=trust)
        return taken.subscription


@pytest.fixture
async def stage(worlds: Worlds) -> AsyncIterator[Stage]:
    """Acme and new have addresses, and say nothing yet."""
    hosts = {"acme.example": Scripted(), "new.example": Scripted()}
    partner = Partner()
    async with worlds.open() as world:
        await world.table.ready()
        asking = replace(world, asker=MemoryProber(hosts), sender=partner)
        yield Stage(asking, hosts, partner)


async def test_one_that_says_nothing(stage: Stage) -> None:
    """Taken on, with its secret; events wait, and why and what to do is told."""
    taken = await stage.add()
    assert taken.subscription.unproven
    assert taken.secret
    (told,) = taken.warnings
    assert "answered 405" in told
    assert "bus subscriptions verify acme" in told
    assert stage.partner.posts == 0  # it cannot know the secret


async def test_the_handshake(stage: Stage) -> None:
    """Wanted at once, at the rate it allows."""
    stage.hosts["acme.example"] = Scripted(options=WANTS)
    taken = await stage.add()
    assert not taken.subscription.unproven
    assert taken.subscription.limit == 2.0
    assert taken.warnings == []


async def test_a_secret_of_its_own(stage: Stage) -> None:
    """Known to it before, so it is challenged when it is added."""
    stage.partner.secret = SECRET
    taken = await stage.add(SECRET)
    assert not taken.subscription.unproven
    assert stage.partner.posts == 1


async def test_verified_later(stage: Stage) -> None:
    """Once it knows the secret; before that it is told what it answered."""
    taken = await stage.add()
    _, proof = await onboarding.verify(stage.world, "acme")
    assert isinstance(proof, Unproven)
    assert proof.why.endswith("challenge: answered 401")
    assert stage.world.table.all()[0].unproven

    stage.partner.secret = str(taken.secret)
    stands, proof = await onboarding.verify(stage.world, "acme")
    assert proof == Proof(How.CHALLENGE)
    assert not stands.unproven


async def test_a_word_once_given_stays(stage: Stage) -> None:
    """What runs is not stopped by an endpoint that is away when it is asked."""
    stage.hosts["acme.example"] = Scripted(options=WANTS)
    await stage.add()
    stage.hosts["acme.example"] = Scripted()
    stands, proof = await onboarding.verify(stage.world, "acme")
    assert isinstance(proof, Unproven)
    assert not stands.unproven
    assert stands.allowed_rate == 2.0


@pytest.mark.parametrize("opened", [True, False])
async def test_who_need_not_say_so(stage: Stage, *, opened: bool) -> None:
    """What the operator opened, or trusts; nobody is asked then."""
    stage.hosts["acme.example"] = Scripted(opened=opened)
    taken = await stage.add(trust=not opened)
    assert not taken.subscription.unproven
    assert stage.partner.posts == 0


@pytest.mark.parametrize(
    ("host", "asked"),
    [("acme.example", True), ("8.8.8.8", False), ("localhost", False)],
)
async def test_a_tenants_name_is_asked(stage: Stage, host: str, *, asked: bool) -> None:
    """Its name may stand for an opened network today, and for a victim tomorrow."""
    stage.hosts[host] = Scripted(opened=True)
    fields = {"id": "acme", "url": f"https://{host}/in", "types": ["order.*"]}
    wanted = draft({**fields, "owner": "evil"}, Path()).subscription
    taken = await onboarding.add(stage.world, Draft(wanted, None))
    assert taken.subscription.unproven is asked


async def test_pausing_is_no_way_around(stage: Stage) -> None:
    """Nor is changing something else."""
    await stage.add()
    await stage.world.writer.pause("acme")
    resumed = await stage.world.writer.resume("acme")
    assert resumed.unproven
    taken = await onboarding.update(stage.world, "acme", {"rate": 5})
    assert taken.subscription.unproven


async def test_a_new_url_is_asked(stage: Stage) -> None:
    """Refused if it wants none, and the old one stays; else its rate counts."""
    stage.hosts["acme.example"] = Scripted(options=WANTS)
    await stage.add()
    with pytest.raises(InvalidSubscriptionError, match="the new endpoint does not say"):
        await stage.move("https://new.example/in")
    (stands,) = stage.world.table.all()
    assert (stands.url, stands.limit) == ("https://acme.example/in", 2.0)

    assert (await stage.move("https://new.example/in", trust=True)).limit is None
    assert (await stage.move("https://acme.example/in")).limit == 2.0


async def test_the_url_of_an_unproven_one(stage: Stage) -> None:
    """May change: nothing goes there yet. Its new endpoint's word counts."""
    await stage.add()
    assert (await stage.move("https://new.example/in")).unproven
    stage.hosts["acme.example"] = Scripted(options=WANTS)
    assert not (await stage.move("https://acme.example/other")).unproven


async def test_replays_wait_for_its_word(stage: Stage) -> None:
    """Refused, with what to type; by force they wait."""
    one = (await stage.add()).subscription
    with pytest.raises(NotReadyError, match="bus subscriptions verify acme"):
        await refuse_unready(stage.world, one, force=False)
    await refuse_unready(stage.world, one, force=True)


# --- endpoints that are no webhooks


CALLED = "grpcs://wms.example:8443"


@dataclass
class Receiver:
    """Fulfils `bus.sending.Sink`: a receiver of another kind, which verifies."""

    secret: str = ""
    answers: bool = True
    parcels: int = 0

    async def send(self, parcel: Parcel) -> Outcome:
        """Accept what is signed, with the challenge beside it."""
        self.parcels += 1
        headers = dict(parcel.headers)
        assert parcel.event.type == CHALLENGE_TYPE
        good = self.secret and signed(
            headers["webhook-signature"],
            headers["webhook-id"],
            int(headers["webhook-timestamp"]),
            parcel.body,
            [self.secret],
            parcel.now_s,
        )
        if not good:
            return Refused(401, "UNAUTHENTICATED who are you?")
        said = orjson.loads(parcel.body)["data"]["challenge"] if self.answers else ""
        return Accepted(200, said)

    async def close(self) -> None:
        """Nothing is open."""


def calling(stage: Stage, receiver: Receiver) -> World:
    """The world with a sink of that kind."""
    stage.hosts["wms.example"] = Scripted()
    sinks = Sinks(stage.partner, {Kind.GRPC: lambda: receiver})
    return replace(stage.world, sinks=sinks)


async def call(world: World, secret: str | None) -> Taken:
    """Add one whose endpoint is called."""
    fields = {"id": "wms", "url": CALLED, "types": ["order.*"]}
    return await onboarding.add(
        world, Draft(draft(fields, Path()).subscription, secret)
    )


async def test_a_call_is_challenged(stage: Stage) -> None:
    """Where it knows its secret it says yes in its own way, and gets no request."""
    receiver = Receiver(SECRET)

    taken = await call(calling(stage, receiver), SECRET)

    assert not taken.subscription.unproven
    assert receiver.parcels == 1
    assert not stage.partner.posts


async def test_a_call_waits_for_its_secret(stage: Stage) -> None:
    """A new secret it cannot know: nothing is asked until `verify`."""
    receiver = Receiver()
    world = calling(stage, receiver)

    taken = await call(world, None)
    assert taken.subscription.unproven
    assert not receiver.parcels
    assert "cannot know the new secret yet" in taken.warnings[-1]

    _, proof = await onboarding.verify(world, "wms")
    assert proof == Unproven("challenge: refused, UNAUTHENTICATED who are you?")
    receiver.secret = taken.secret or ""
    stands, proof = await onboarding.verify(world, "wms")
    assert proof == Proof(How.CHALLENGE)
    assert not stands.unproven


async def test_a_call_that_only_accepts(stage: Stage) -> None:
    """Is no yes: whoever takes everything would say so for somebody else."""
    taken = await call(calling(stage, Receiver(SECRET, answers=False)), SECRET)

    assert taken.subscription.unproven
    assert "without the challenge" in taken.warnings[-1]
