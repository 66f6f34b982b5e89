"""What the rules say of subscriptions."""

from collections.abc import Callable, Iterator

from bus.watch.burning import (
    FAST,
    FEWEST,
    MEDIUM,
    SLOW,
    Window,
    budget,
    burns,
    share_of,
    wilson_low,
)
from bus.watch.facts import (
    FIVE_MINUTES,
    HALF_HOUR,
    HOUR,
    SIX_HOURS,
    Facts,
    Part,
    SubscriptionFacts,
)
from bus.watch.limits import Limits
from bus.watch.verdicts import Kind, Said, Subject
from bus.watch.wording import percent, span

_WHOLE = 10


def breaker_open(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Its endpoint fails so often that only probes go out."""
    del limits
    for one in facts.subscriptions:
        if one.breaker is None:
            yield Said(_of(one), certain=False)
        elif one.breaker != "closed" and not one.holds:
            word = one.breaker.replace("_", "-")
            waiting = sum(w.records for w in (one.waiting or {}).values())
            waits = "1 delivery waits" if waiting == 1 else f"{waiting} deliveries wait"
            yield Said(_of(one), f"the breaker is {word}, {waits}")


def filters_dear(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Its filter or transform costs more than its owner may use: deliveries wait."""
    del limits
    for one in facts.subscriptions:
        if one.overdrawn and not one.holds:
            yield Said(
                _of(one),
                "deliveries wait: its filter or transform takes more steps than its"
                " owner has",
            )


def burning(window: Window) -> Callable[[Facts, Limits], Iterator[Said]]:
    """Make the rule of one window: the error budget burns too fast."""

    def judge(facts: Facts, limits: Limits) -> Iterator[Said]:
        del limits
        for one in facts.subscriptions:
            if not one.holds and burns(one, window):
                yield Said(_of(one), _burn(one, window))

    return judge


burns_fast, burns_medium, burns_slow = map(burning, (FAST, MEDIUM, SLOW))


def slow(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Its endpoint answers more slowly than is aimed at: lately, and for an hour."""
    for one in facts.subscriptions:
        lately, hour = one.within(FIVE_MINUTES), one.within(HOUR)
        if hour.attempts < limits.p95_fewest or not lately.p95_us or not hour.p95_us:
            continue
        p95_s = min(lately.p95_us, hour.p95_us) / 1e6
        if p95_s > one.objective.p95_s:
            yield Said(
                _of(one),
                f"p95 is {lately.p95_us / 1e6:.2g} s, in the last hour"
                f" {hour.p95_us / 1e6:.2g} s; the objective is"
                f" {one.objective.p95_s:g} s",
            )


def dead_letters(facts: Facts, limits: Limits) -> Iterator[Said]:
    """More of its deliveries than may be end in its dead-letter topic.

    For certain: where there are few, the hours before have to say the same.
    """
    for one in facts.subscriptions:
        share = share_of(one.within(HALF_HOUR), 0)
        longer = share_of(one.within(SIX_HOURS), 0)
        many = share.bad >= limits.dead_fewest and wilson_low(share) > limits.dead_share
        few = share.bad and share.all < FEWEST and longer.bad >= limits.dead_fewest
        if many or (few and wilson_low(longer) > limits.dead_share):
            yield Said(
                _of(one),
                f"{share.bad} of {share.all} deliveries became dead letters in 30 min",
            )


def disabled(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Its endpoint answered 410: send me nothing more."""
    del limits
    for one in facts.subscriptions:
        if one.state == "disabled":
            yield Said(_of(one), f"disabled: {one.why or 'no reason is given'}")


def secret_ending(facts: Facts, limits: Limits) -> Iterator[Said]:
    """Its last signing secret is about to end, or has ended."""
    for one in facts.subscriptions:
        if one.secret_ends is not None:
            left_s = one.secret_ends - facts.at
            if left_s < limits.secret_s:
                yield Said(_of(one), f"the last secret {_ends(left_s)}")


def certificate_expiring(facts: Facts, limits: Limits) -> Iterator[Said]:
    """The certificate that its endpoint shows is about to expire, or has."""
    for one in facts.subscriptions:
        if not one.certificate_known:
            yield Said(_of(one), certain=False)
        elif one.certificate_ends is not None:
            left_s = one.certificate_ends - facts.at
            if left_s < limits.certificate_s:
                yield Said(_of(one), f"the endpoint's certificate {_ends(left_s)}")


def many_failing(facts: Facts, limits: Limits) -> Iterator[Said]:
    """So many endpoints fail at once that it is hardly the endpoints.

    Subscriptions are counted, not deliveries: one partner's outage is its own.
    """
    counts = Part.COUNTS not in facts.unknown
    busy = [one for one in facts.subscriptions if not one.holds and _is_busy(one)]
    failing = [
        one for one in busy if one.breaker == "open" or (counts and burns(one, FAST))
    ]
    if len(failing) >= limits.many and len(failing) >= limits.many_share * len(busy):
        names = ", ".join(one.id for one in failing[:5])
        yield Said(
            Subject(Kind.BUS),
            f"{len(failing)} of {len(busy)} subscriptions fail: {names}",
        )


def _of(one: SubscriptionFacts) -> Subject:
    return Subject(Kind.SUBSCRIPTION, one.id)


def _is_busy(one: SubscriptionFacts) -> bool:
    return bool(one.within(HOUR).attempts) or one.breaker != "closed"


def _burn(one: SubscriptionFacts, window: Window) -> str:
    short = share_of(one.within(window.short_s), one.late)
    long = share_of(one.within(window.long_s), one.late)
    rate = long.ratio / budget(one.objective) if one.objective.success < 1 else 0
    return (
        f"{short.bad} of {short.all} deliveries failed or are late in"
        f" {span(window.short_s)}, {percent(long.ratio)} in {span(window.long_s)}:"
        f" the budget burns {_times(rate)} times too fast"
    )


def _times(rate: float) -> str:
    return f"{rate:.0f}" if rate >= _WHOLE else f"{rate:.2g}"


def _ends(left_s: float) -> str:
    return f"ends in {span(left_s)}" if left_s > 0 else f"ended {span(-left_s)} ago"
