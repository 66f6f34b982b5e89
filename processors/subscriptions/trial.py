"""One signed sample event, straight to a subscription's endpoint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.endpoint import Kind
from bus.delivery.expressions import compile_expression
from bus.delivery.hiding import covered
from bus.delivery.routing import judge
from bus.delivery.subscription import Subscription
from bus.errors import InvalidSubscriptionError
from bus.event import Event
from bus.ports import Answer
from bus.samples.lifecycles import STORIES, sample
from bus.sending import Parcel
from bus.webhook.document import Document, document
from bus.webhook.rendering import content_type, negotiate, render
from bus.webhook.signing import Signer
from processors.subscriptions.marked import MARK
from processors.subscriptions.onboarding import find
from processors.subscriptions.showing import HIDDEN
from processors.subscriptions.sifting import Sieve
from processors.subscriptions.world import World

_TRIES = 20


@dataclass(frozen=True)
class Trial:
    """What was sent and what came of it; nothing in it is secret.

    `wanted` says if the filter lets the sample through.
    """

    event_type: str
    wanted: bool
    outcome: Outcome
    latency_ms: float
    excerpt: str
    headers: Mapping[str, str]
    body: bytes


async def send_sample(
    world: World, subscription_id: str, event_type: str | None = None
) -> Trial:
    """Post a sample event to the endpoint, whatever the subscription's state.

    It carries `x-orderbus-test: true` and `bus.test`, and is signed like any
    other. Not a delivery: nothing is retried, counted or logged.

    Raises:
        SubscriptionNotFoundError: there is none with this id.
        InvalidSubscriptionError: no sample of a type it asks for, no live secret, or
            what its kind of endpoint needs is not installed.
        RenderError: its transform fails on the sample.
    """
    await world.table.ready()
    subscription = find(world, subscription_id)
    event, doc, wanted = choose(subscription, event_type, world.clock.now())
    post = _parcel(subscription, event, doc, world.clock.now())
    began = world.clock.monotonic()
    outcome, excerpt = await _tried(world, post)
    latency_ms = (world.clock.monotonic() - began) * 1000
    hidden = dict.fromkeys(subscription.headers, HIDDEN)
    return Trial(
        event.type,
        wanted,
        outcome,
        latency_ms,
        excerpt,
        dict(post.headers) | hidden,
        post.body,
    )


async def _tried(world: World, parcel: Parcel) -> tuple[Outcome, str]:
    """What came of it, and what the endpoint said."""
    subscription = parcel.subscription
    if subscription.kind is not Kind.HTTP:
        outcome = await world.send(parcel)
        return outcome, getattr(outcome, "said", "")
    reply = await world.sender.send(parcel)
    if not isinstance(reply, Answer):
        return Unreachable(reply.kind, reply.detail), ""
    said = covered(reply.excerpt, subscription)
    transient = subscription.transient_statuses
    now = world.clock.now()
    return judge(reply.status, reply.retry_after, said, transient, now), said


def sample_types() -> Sequence[str]:
    """The event types there are samples of."""
    return sorted({event_type for _, _, steps in STORIES for event_type, _ in steps})


def choose(
    subscription: Subscription, event_type: str | None, now: float
) -> tuple[Event, Document, bool]:
    """The first sample that the filter lets through, else just the first.

    Raises:
        InvalidSubscriptionError: no sample of a type it asks for.
    """
    moment = datetime.fromtimestamp(now, UTC)
    types = list(_types(subscription, event_type))
    sieve = Sieve(subscription.filter)
    for seed in range(_TRIES):
        for name in types:
            if sieve.used_up:
                break
            event, doc = _marked(sample(name, seed, moment))
            if sieve.passes(doc):
                return event, doc, True
    return *_marked(sample(types[0], 0, moment)), False


def _types(subscription: Subscription, event_type: str | None) -> Iterator[str]:
    known = sample_types()
    patterns = subscription.types if event_type is None else (event_type,)
    found = [name for name in known if any(fnmatchcase(name, p) for p in patterns)]
    if not found:
        raise InvalidSubscriptionError(
            "types", f"no sample of {', '.join(patterns)}; there are {', '.join(known)}"
        )
    yield from found


def _marked(event: Event) -> tuple[Event, Document]:
    event = replace(event, id=f"test-{event.id}")
    doc = document(event) | {"id": event.id}
    added = doc["bus"]
    doc["bus"] = (added if isinstance(added, dict) else {}) | {"test": True}
    return event, doc


def _parcel(
    subscription: Subscription, event: Event, doc: Document, now_s: float
) -> Parcel:
    at = int(now_s)
    representation = negotiate(subscription.accept)
    transform = subscription.transform
    compiled = compile_expression(transform, "transform") if transform else None
    body = render(doc, representation, compiled)
    signature = Signer.of(subscription.secrets).sign(event.id, at, body)
    headers = (
        ("content-type", content_type(representation)),
        *subscription.headers.items(),
        ("webhook-id", event.id),
        ("webhook-timestamp", str(at)),
        ("webhook-signature", signature),
        MARK,
    )
    return Parcel(
        subscription.url,
        headers,
        body,
        subscription.timeout_s,
        subscription.tls,
        subscription=subscription,
        event=event,
        now_s=now_s,
    )
