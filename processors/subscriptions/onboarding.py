"""Taking a subscription on and changing it: topics first, then the record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bus.delivery.choices import Scheme
from bus.delivery.subscription import Secret, Subscription
from bus.delivery.succession import ROTATED, following, rotated_just_now
from bus.errors import (
    InvalidSubscriptionError,
    SubscriptionConflictError,
    SubscriptionStateError,
)
from bus.webhook.signing import PRIVATE_PREFIX, generate_secret
from processors.subscriptions.document import Draft, Fields, changing
from processors.subscriptions.missing import missing
from processors.subscriptions.proof import Proof, Unproven, proven
from processors.subscriptions.proving import prove, prove_again
from processors.subscriptions.world import World
from processors.subscriptions.writer import Change

_SECRET_BYTES = 32

ORDERING_STAYS = "cannot be changed; add another subscription, then remove this one"
"""Nobody could say which of the deliveries under way are in order."""


@dataclass(frozen=True)
class Taken:
    """A subscription as it now stands, and what to tell its owner.

    `secret` is the signing secret's text, if it was made here: shown once, then never.
    Who gave one has it already.
    """

    subscription: Subscription
    secret: str | None = field(default=None, repr=False)
    warnings: Sequence[str] = ()


async def add(
    world: World, draft: Draft, scheme: Scheme = "v1", *, trust: bool = False
) -> Taken:
    """Check a draft, ask its endpoint, make its topics, then its record.

    Where the endpoint does not say that it wants events they wait, unless an operator
    says to `trust` it; see `verify`.

    Raises:
        InvalidSubscriptionError: with all problems; nothing was made.
        TopicError, PublishError: it was not made; adding it again goes on.
    """
    await world.table.ready()
    wanted = draft.subscription
    if world.table.get(wanted.id) is not None:
        raise SubscriptionStateError("id", f"{wanted.id} exists already")
    secret = make_secret(world, scheme, draft.secret)
    wanted = wanted.model_copy(update={"secrets": (secret,)})
    world.checks.refuse(wanted)
    knows = draft.secret is not None
    proof = await prove(world, wanted, trust=trust, knows_secret=knows)
    await world.topics.create(world.topology.topics_of(wanted))
    made = await world.writer.add(proven(wanted, proof))
    told = None if knows else secret.value
    return Taken(made, told, [*world.checks.warn(made), *_waits(made, proof)])


async def update(
    world: World,
    subscription_id: str,
    fields: Fields,
    *,
    if_version: str | None = None,
    trust: bool = False,
) -> Taken:
    """Change the written fields of a subscription, leave the others.

    Raises:
        SubscriptionNotFoundError: there is none with this id.
        InvalidSubscriptionError: with all problems; nothing was changed.
        VersionMismatchError: it is not as it was in `if_version` any more.
    """
    await world.table.ready()
    made = changing(fields, Path())
    return await change(
        world, subscription_id, made, if_version=if_version, trust=trust
    )


async def change(
    world: World,
    subscription_id: str,
    made: Change,
    *,
    if_version: str | None = None,
    trust: bool = False,
) -> Taken:
    """Check a change, make the topics it needs, then write it.

    A new URL's endpoint has to want the events first, or is to be trusted.
    """
    old = find(world, subscription_id)
    new = following(made(old), old)
    if new.ordering is not old.ordering:
        raise SubscriptionStateError("ordering", ORDERING_STAYS)
    world.checks.refuse(new)
    proof = await _proof_of_new(world, old, new, trust=trust)
    await world.topics.create(world.topology.topics_of(new))
    told: Change = made if proof is None else lambda stands: proven(made(stands), proof)
    written = await world.writer.update(subscription_id, told, if_version=if_version)
    warnings = [*world.checks.warn(written), *_waits(written, proof)]
    return Taken(written, None, warnings)


async def _proof_of_new(
    world: World, old: Subscription, new: Subscription, *, trust: bool
) -> Proof | Unproven | None:
    """What a new URL's endpoint says; None where the old one's word still counts.

    Raises:
        InvalidSubscriptionError: it does not want them, and the old one did.
    """
    if new.url == old.url and not (trust and old.unproven):
        return None
    proof = await prove(world, new, trust=trust, knows_secret=True)
    if isinstance(proof, Unproven) and not old.unproven:
        raise InvalidSubscriptionError(
            "url", f"the new endpoint does not say that it wants events: {proof.why}"
        )
    return proof


async def verify(
    world: World,
    subscription_id: str,
    *,
    trust: bool = False,
    if_version: str | None = None,
) -> tuple[Subscription, Proof | Unproven]:
    """Ask an endpoint whether it wants events; if so, what waits goes out.

    One that did once keeps its word, whatever it says now.

    Raises:
        SubscriptionNotFoundError: there is none with this id.
    """
    await world.table.ready()
    old = find(world, subscription_id)
    proof = await prove_again(world, old, trust=trust)
    if isinstance(proof, Unproven):
        return old, proof

    def change(stands: Subscription) -> Subscription:
        return proven(stands, proof) if stands.url == old.url else stands

    action = "trust" if trust else "verify"
    written = await world.writer.update(
        subscription_id, change, if_version=if_version, action=action
    )
    return written, proof


def _waits(one: Subscription, proof: Proof | Unproven | None) -> Sequence[str]:
    """What to tell whose endpoint has not said that it wants events."""
    if not one.unproven or not isinstance(proof, Unproven):
        return ()
    once = f"once it knows the secret: bus subscriptions verify {one.id}"
    return [f"events wait until its endpoint wants them ({proof.why}); {once}"]


async def rotate(
    world: World,
    subscription_id: str,
    grace_s: float,
    *,
    scheme: Scheme | None = None,
    text: str | None = None,
    if_version: str | None = None,
) -> Taken:
    """Give a subscription a new secret, of its present scheme if none is named.

    Raises:
        SubscriptionNotFoundError: there is none with this id.
        InvalidSubscriptionError: `text` is no secret.
        SubscriptionConflictError: it was rotated meanwhile, or just now.
    """
    await world.table.ready()
    old = find(world, subscription_id)
    present: Scheme = old.secrets[0].scheme if old.secrets else "v1"
    secret = make_secret(world, scheme or present, text)
    if has_secret(old, secret.value):
        raise SubscriptionStateError("secrets", "it signs with this one already")
    since = [one.created_at for one in old.secrets]
    if not (if_version or text) and rotated_just_now(since, secret.created_at):
        raise SubscriptionConflictError(ROTATED.format(old.id))
    world.checks.refuse(old.model_copy(update={"secrets": (secret,)}))
    written = await world.writer.rotate(
        subscription_id, secret, grace_s, over=old, if_version=if_version
    )
    return Taken(written, None if text is not None else secret.value)


def find(world: World, subscription_id: str) -> Subscription:
    """The subscription with this id.

    Raises:
        SubscriptionNotFoundError: there is none.
        SubscriptionStateError: there is one, but its record cannot be read.
    """
    found = world.table.get(subscription_id)
    if found is not None:
        return found
    if (why := world.table.unreadable.get(subscription_id)) is not None:
        raise SubscriptionStateError(
            subscription_id, f"its stored record cannot be read: {why}"
        )
    raise missing(subscription_id, (one.id for one in world.table.all()))


def has_secret(subscription: Subscription, text: str) -> bool:
    """Whether this secret is one of its own, and not about to expire."""
    return any(s.value == text and s.expires_at is None for s in subscription.secrets)


def make_secret(world: World, scheme: Scheme, text: str | None = None) -> Secret:
    """A new secret, or the one whose text is given."""
    if text is None:
        text = generate_secret(world.random_bytes(_SECRET_BYTES), scheme)
    return Secret(
        id=f"s{world.random_bytes(4).hex()}",
        scheme="v1a" if text.startswith(PRIVATE_PREFIX) else "v1",
        value=text,
        created_at=datetime.fromtimestamp(world.clock.now(), UTC),
    )
