"""What is known of each subscription, put together from what was asked."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bus.delivery.choices import Ordering
from bus.delivery.own import names_own
from bus.delivery.subscription import State, Subscription
from bus.topics.topology import Topology
from bus.watch.burning import late
from bus.watch.facts import (
    FIVE_MINUTES,
    NOTHING,
    Objective,
    SubscriptionFacts,
    Waiting,
    aimed_at,
)
from processors.watch.certificates import Certificates
from processors.watch.counting import By
from processors.watch.lagging import Backlogs

_LOG_LATE_S = 60.0
_NOTHING_WAITS = Waiting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was answered at `at`; None: nothing was."""

    at: float
    breakers: Mapping[str, str]
    overdrawn: Collection[str] = ()
    waiting: Backlogs | None
    figures: Mapping[int, By] | None
    log_lag_s: float | None
    certificates: Certificates


class Subscribers:
    """All subscriptions; remembers how much waited five minutes ago."""

    def __init__(self, topology: Topology, objective: Objective) -> None:
        self._topology = topology
        self._objective = objective
        self._waited: deque[tuple[float, Mapping[str, int]]] = deque()

    def facts(
        self, table: Sequence[Subscription], told: Told
    ) -> Sequence[SubscriptionFacts]:
        """What is known of each."""
        waiting = {one.id: self._waiting(one, told.waiting) for one in table}
        flowing = {one.id: waiting[one.id] for one in table if not _holds(one)}
        before = self._five_minutes_ago(told, flowing)
        return [self._one(one, told, waiting[one.id], before) for one in table]

    def _one(
        self,
        one: Subscription,
        told: Told,
        waiting: Mapping[str, Waiting] | None,
        before: Mapping[str, int],
    ) -> SubscriptionFacts:
        figures = None
        if told.figures is not None:
            figures = {s: by.get(one.id, NOTHING) for s, by in told.figures.items()}
        lately = NOTHING if figures is None else figures[FIVE_MINUTES]
        return SubscriptionFacts(
            id=one.id,
            owner=one.owner,
            hears=names_own(one.types),
            state=one.state.value,
            why=one.state_reason,
            unproven=one.unproven,
            breaker=told.breakers.get(one.id, "closed"),
            overdrawn=one.id in told.overdrawn,
            waiting=waiting,
            delays={t: s + one.timeout_s for t, s in self._topology.tiers.items()},
            late=late(before.get(one.id, 0), lately),
            figures=figures,
            secret_ends=secret_ends(one),
            certificate_ends=told.certificates.ends(one),
            certificate_known=told.certificates.known(one),
            objective=aimed_at(one.objective, self._objective),
        )

    def _waiting(
        self, one: Subscription, found: Backlogs | None
    ) -> Mapping[str, Waiting] | None:
        if found is None:
            return None
        topics = dict(self._topology.tier_topics(one))
        if one.ordering is Ordering.KEY:
            topics["ordered"] = self._topology.ordered_topic(one.id)
        return {
            t: found.waiting.get(name, _NOTHING_WAITS) for t, name in topics.items()
        }

    def _five_minutes_ago(
        self, told: Told, waiting: Mapping[str, Mapping[str, Waiting] | None]
    ) -> Mapping[str, int]:
        """How much waited then; nothing where that, or what left since, is not known.

        What waits because somebody wants it so is not late, nor is it once it may go
        on: of those, `waiting` has nothing.

        The log's five minutes are up to a minute longer, so that more may have left.
        """
        if told.waiting is None or told.figures is None:
            self._waited.clear()
            return {}
        self._waited.append((told.at, dict(_sums(waiting))))
        while len(self._waited) > 1 and self._waited[1][0] <= told.at - FIVE_MINUTES:
            self._waited.popleft()
        at, before = self._waited[0]
        old_enough = FIVE_MINUTES <= told.at - at < FIVE_MINUTES + _LOG_LATE_S
        prompt = told.log_lag_s is not None and told.log_lag_s < _LOG_LATE_S
        return before if old_enough and prompt else {}


def _holds(one: Subscription) -> bool:
    return one.state is not State.ACTIVE or one.unproven


def secret_ends(one: Subscription) -> float | None:
    """When the last of its secrets ends; None if one never does, or it has none."""
    ends = [secret.expires_at for secret in one.secrets]
    known = [moment.timestamp() for moment in ends if moment is not None]
    return max(known) if known and len(known) == len(ends) else None


def _sums(
    waiting: Mapping[str, Mapping[str, Waiting] | None],
) -> Iterator[tuple[str, int]]:
    for name, tiers in waiting.items():
        if tiers:
            yield name, sum(one.records for one in tiers.values())
