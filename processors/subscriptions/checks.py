"""What a subscription must be to run, and to be taken on."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import partial
from typing import Protocol, TypeAlias

from bus.delivery.choices import Exhausted, Ordering
from bus.delivery.endpoint import AWS, way_of
from bus.delivery.expressions import compile_expression
from bus.delivery.schedule import format_duration
from bus.delivery.subscription import Subscription, Tls
from bus.errors import InvalidSubscriptionError
from bus.webhook.rendering import negotiate
from bus.webhook.sealing import is_sealed
from bus.webhook.signing import Signer
from processors.subscriptions.doubts import doubts
from processors.subscriptions.fitting import fitting

Problem: TypeAlias = tuple[str, str]
_NO_LOGIN = (
    "expected an access key and its secret; only with ORDERBUS_AWS_OWN_CREDENTIALS the"
    " bus signs with its own"
)


class Declared(Protocol):
    """The declared topics, as a subscription is checked against them."""

    @property
    def tiers(self) -> Mapping[str, float]:
        """The declared tiers' delays in seconds."""
        ...

    def check_subscription(self, subscription: Subscription) -> None:
        """Raise InvalidSubscriptionError for unknown tiers and a too long max_age."""
        ...


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What a new or changed subscription is checked against.

    Attributes:
        topology: The declared tiers and their retention.
        event_types: All event types there are; None if nobody could say.
        check_url: Why a URL may not be posted to, or None (`Guard.check_url`).
        check_tls: Why certificates cannot be used, or None.
        missing: What a kind of endpoint needs that is not installed, or None.
        aws_own_credentials: Whether endpoints at AWS need no login.
    """

    topology: Declared
    event_types: Collection[str] | None
    check_url: Callable[[str], str | None]
    check_tls: Callable[[Tls], str | None]
    missing: Callable[[str], str | None] = lambda _: None
    aws_own_credentials: bool = False

    def refuse(self, subscription: Subscription) -> None:
        """Raise unless the subscription can be taken on.

        Raises:
            InvalidSubscriptionError: with all problems, each with its field.
        """
        problems = [*_runnable(subscription), *self._here(subscription)]
        if problems:
            first, *more = problems
            raise InvalidSubscriptionError(*first, *more)

    def _here(self, subscription: Subscription) -> Iterator[Problem]:
        if all(secret.expires_at is not None for secret in subscription.secrets):
            yield "secrets", "expected one that does not expire; see rotate-secret"
        yield from _caught(partial(self.topology.check_subscription, subscription))
        if (why := self.check_url(subscription.url)) is not None:
            yield "url", why
        if (why := self.check_tls(subscription.tls)) is not None:
            yield "tls", why
        if (why := self.missing(way_of(subscription.url))) is not None:
            yield "url", why
        own = self.aws_own_credentials or subscription.login is not None
        if subscription.kind in AWS and not own:
            yield "login", _NO_LOGIN

    def warn(self, subscription: Subscription) -> Sequence[str]:
        """What may be a mistake, one sentence each."""
        warnings = [*self._unknown_types(subscription), *doubts(subscription)]
        warnings += self._too_old_to_retry(subscription)
        blocks = subscription.on_exhausted is Exhausted.BLOCK
        if blocks and subscription.ordering is Ordering.NONE:
            warnings.append("on_exhausted: block does nothing without ordering: key")
        return warnings

    def _too_old_to_retry(self, subscription: Subscription) -> Iterator[str]:
        delay_s = self.topology.tiers.get(subscription.retry[0], 0.0)
        if subscription.max_age_s < delay_s:
            age = format_duration(subscription.max_age_s)
            yield (
                f"max_age: {age} is over before the first retry, after"
                f" {format_duration(delay_s)}: what is not accepted at once is a"
                " dead letter"
            )

    def _unknown_types(self, subscription: Subscription) -> Iterator[str]:
        for pattern in subscription.types:
            known = self.event_types or ()
            if known and not any(fnmatchcase(name, pattern) for name in known):
                near = get_close_matches(pattern, list(known), n=1)
                hint = f"did you mean {near[0]}?" if near else "see bus schemas list"
                yield f"types: no event type matches {pattern}; {hint}"


def check_runnable(subscription: Subscription) -> None:
    """Raise unless the bus can run the subscription as it stands.

    Raises:
        InvalidSubscriptionError: with all problems, each with its field.
    """
    problems = list(_runnable(subscription))
    if problems:
        first, *more = problems
        raise InvalidSubscriptionError(*first, *more)


def _runnable(subscription: Subscription) -> Iterator[Problem]:
    for field, text in (
        ("filter", subscription.filter),
        ("transform", subscription.transform),
    ):
        if text is not None:
            yield from _caught(partial(compile_expression, text, field))
    yield from _caught(partial(negotiate, subscription.accept))
    for secret in subscription.secrets:
        if not is_sealed(secret.value):
            yield from _caught(partial(Signer, [(secret.scheme, secret.value, None)]))
    yield from fitting(subscription)
    ids = [secret.id for secret in subscription.secrets]
    if len(set(ids)) < len(ids):
        yield "secrets", "two of them have the same id"


def _caught(check: Callable[[], object]) -> Sequence[Problem]:
    try:
        check()
    except InvalidSubscriptionError as error:
        return error.problems
    return ()
