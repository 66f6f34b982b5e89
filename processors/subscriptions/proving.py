"""Asking an endpoint whether it wants events, before the first real one."""

from base64 import urlsafe_b64encode
from ipaddress import ip_address
from urllib.parse import urlsplit

from bus.delivery.endpoint import AWS, Kind
from bus.delivery.subscription import Subscription
from bus.errors import InvalidSubscriptionError
from bus.ports import Post
from bus.sending import Parcel
from bus.webhook.rendering import content_type, negotiate, render
from bus.webhook.sealing import is_sealed
from bus.webhook.signing import Signer
from processors.subscriptions.marked import MARK
from processors.subscriptions.proof import (
    How,
    Proof,
    Unproven,
    challenge_document,
    challenge_event,
    handshake_headers,
    read_challenge,
    read_handshake,
    read_outcome,
    read_taken,
)
from processors.subscriptions.world import World

_ASK_S = 5.0
_CHALLENGE_BYTES = 32
_ID_BYTES = 16
_QUEUES = AWS | {*(Kind.AMQP, Kind.AMQP1, Kind.NATS, Kind.REDIS, Kind.PUBSUB)}
"""Kinds that take what is sent and cannot answer it."""
_NOT_YET = Unproven("challenge: not sent, it cannot know the new secret yet")


async def prove(
    world: World, subscription: Subscription, *, trust: bool, knows_secret: bool
) -> Proof | Unproven:
    """Ask for the proof that can be had; `knows_secret` lets it be challenged too.

    Where there is nobody to ask with (`world.asker`), all are trusted.
    """
    if subscription.kind is Kind.PULL:
        return Proof(How.DIALS)
    if trust or world.asker is None:
        return Proof(How.TRUSTED)
    if await _is_opened(world, subscription):
        return Proof(How.OPENED)
    return await _ask(world, subscription, knows_secret=knows_secret)


async def prove_again(
    world: World, subscription: Subscription, *, trust: bool
) -> Proof | Unproven:
    """Ask one that is there already, also where it need not say so.

    What it says then is how often it may be called; where it says nothing, what it
    said before counts.
    """
    if subscription.kind is Kind.PULL:
        return Proof(How.DIALS)
    if trust or world.asker is None:
        return Proof(How.TRUSTED)
    said = await _ask(world, subscription, knows_secret=True)
    if isinstance(said, Proof) or not await _is_opened(world, subscription):
        return said
    return Proof(How.OPENED, subscription.allowed_rate)


async def _is_opened(world: World, one: Subscription) -> bool:
    asker = world.asker
    return asker is None or (_stays(one) and await asker.opened(one.url, _ASK_S))


async def _ask(
    world: World, one: Subscription, *, knows_secret: bool
) -> Proof | Unproven:
    if one.kind is not Kind.HTTP:
        return await _ask_other(world, one, knows_secret=knows_secret)
    said = await _shake_hands(world, one)
    if isinstance(said, Proof) or not knows_secret:
        return said
    again = await _challenge(world, one)
    return again if isinstance(again, Proof) else Unproven(f"{said.why}; {again.why}")


def _stays(one: Subscription) -> bool:
    """Whether what its URL names stays in the network that an operator has opened.

    A tenant may own the name: once it is taken on, it can be somebody else's address.
    """
    host = urlsplit(one.url).hostname or ""
    try:
        return not one.owner or host == "localhost" or bool(ip_address(host))
    except ValueError:
        return False


async def _shake_hands(world: World, one: Subscription) -> Proof | Unproven:
    if world.asker is None:
        return Proof(How.TRUSTED)
    headers = handshake_headers(one, world.origin)
    seen = await world.asker.options(Post(one.url, headers, b"", _ASK_S, one.tls))
    return read_handshake(seen, world.origin)


async def _challenge(world: World, one: Subscription) -> Proof | Unproven:
    made = _challenging(world, one)
    if isinstance(made, Unproven):
        return made
    return read_challenge(await world.sender.send(made[0]), made[1])


async def _ask_other(
    world: World, one: Subscription, *, knows_secret: bool
) -> Proof | Unproven:
    if one.kind in {Kind.KAFKA, Kind.PLUGGED}:
        return Proof(How.TRUSTED)  # a topic cannot say; only operators name one
    if one.kind not in _QUEUES and not knows_secret:
        return _NOT_YET
    return await _call(world, one)


async def _call(world: World, one: Subscription) -> Proof | Unproven:
    """The same for other kinds of endpoints, which answer it in words of their own."""
    made = _challenging(world, one)
    if isinstance(made, Unproven):
        return made
    outcome = await world.send(made[0])
    return (
        read_taken(outcome) if one.kind in _QUEUES else read_outcome(outcome, made[1])
    )


def _challenging(world: World, one: Subscription) -> tuple[Parcel, str] | Unproven:
    """A signed challenge, and what is to be answered."""
    if any(is_sealed(secret.value) for secret in one.secrets):
        return Unproven("challenge: not sent, its secrets are sealed")
    now_s = world.clock.now()
    representation = negotiate(one.accept)
    event_id = f"test-{world.random_bytes(_ID_BYTES).hex()}"
    challenge = urlsafe_b64encode(world.random_bytes(_CHALLENGE_BYTES)).decode()
    challenge = challenge.rstrip("=")
    event = challenge_event(event_id, challenge, now_s)
    body = render(challenge_document(event_id, challenge, now_s), representation, None)
    try:
        signature = Signer.of(one.secrets).sign(event_id, int(now_s), body)
    except InvalidSubscriptionError as error:
        return Unproven(f"challenge: not sent, {error}")
    headers = (
        ("content-type", content_type(representation)),
        *one.headers.items(),
        ("webhook-id", event_id),
        ("webhook-timestamp", str(int(now_s))),
        ("webhook-signature", signature),
        MARK,
    )
    parcel = Parcel(
        one.url,
        headers,
        body,
        _ASK_S,
        one.tls,
        subscription=one,
        event=event,
        now_s=now_s,
    )
    return parcel, challenge
