"""One diagnosis: facts gathered, judged, and every secret taken out of what is told."""

import asyncio

from processors.diagnose.facts import At, Facts
from processors.diagnose.findings import Report
from processors.diagnose.judging import findings
from processors.diagnose.probing import Means, Probing, Step
from processors.diagnose.reading import Rows, from_kafka, read_past, read_standing
from processors.diagnose.scrubbing import Scrubber
from processors.diagnose.subject import Subject
from processors.subscriptions.world import World


async def diagnose_endpoint(means: Means, subject: Subject, step: Step) -> Report:
    """Look at an endpoint alone, whosever it is; needs no Kafka."""
    facts = _nothing_yet(means, subject)
    await Probing(means, subject, facts, step).run()
    return _report(means, subject, facts)


async def diagnose_subscription(
    means: Means,
    subject: Subject,
    step: Step,
    *,
    world: World,
    since_s: float,
    rows: Rows | None = None,
) -> Report:
    """Look at a subscription's endpoint, and at what befell its deliveries.

    `rows` are the attempts since `since_s`, of Kafka's attempt log unless given.
    """
    facts = _nothing_yet(means, subject)
    name = subject.subscription.id
    log = from_kafka(world) if rows is None else rows
    past = asyncio.create_task(read_past(log, name, world.clock.now(), since_s))
    standing = asyncio.create_task(read_standing(world, name))
    try:
        await Probing(means, subject, facts, step).run()
        step("reading what befell its deliveries")
        facts.past = await past
        facts.standing = await standing
        if subject.outsider:
            _veil(facts)
    finally:
        past.cancel()
        standing.cancel()
    return _report(means, subject, facts)


def _veil(facts: Facts) -> None:
    """Tell an outsider that we do not know, and not why: that is about our Kafka."""
    if facts.past is not None and facts.past.unreadable:
        facts.past = facts.past._replace(unreadable=_NOT_NOW)
    if facts.standing is not None and isinstance(facts.standing.seen, str):
        facts.standing = At(facts.standing.at_s, _NOT_NOW)


_NOT_NOW = "there is no answer now"


def _nothing_yet(means: Means, subject: Subject) -> Facts:
    return Facts(
        subscription=subject.subscription,
        stored=subject.stored,
        signs=subject.signer is not None,
        why_not=subject.why_not,
        began_s=means.clock.now(),
        tried=[],
        paces=[],
    )


def _report(means: Means, subject: Subject, facts: Facts) -> Report:
    scrubber = Scrubber((*subject.hidden, *means.hidden))
    one = subject.subscription
    return Report(
        subscription=one.id if subject.stored else "",
        endpoint=scrubber.text(one.endpoint),
        began_s=facts.began_s,
        took_s=means.clock.now() - facts.began_s,
        findings=[scrubber.finding(found) for found in findings(facts)],
    )
