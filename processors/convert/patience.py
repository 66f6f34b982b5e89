"""Asking an API until it answers: waited for while it may not be, not for ever."""

from bus.intake.fetching.declared import RateHeaders
from bus.intake.fetching.template import host_of
from bus.intake.fetching.wanted import Verdict, judge
from bus.intake.sources import Fetch, Source
from bus.ports import Clock
from bus.sending import Ask, Got, NoAnswer
from processors.convert.asking import Asking, Later
from processors.convert.failed import FailedError

_MOST_WAITS = 50


async def patiently(
    asking: Asking,
    clock: Clock,
    of: tuple[Source, Fetch],
    limits: RateHeaders,
    ask: Ask,
) -> Got:
    """Ask for a document once its API may be asked; never of a host but the source's.

    Raises:
        FailedError: it cannot be had.
    """
    source, fetch = of
    if host_of(ask.url) not in fetch.hosts:
        raise FailedError(f"{host_of(ask.url)} is none of the source's hosts")
    for _ in range(_MOST_WAITS):
        got = await asking.get(source, fetch, limits, ask)
        if isinstance(got, Later):
            await clock.sleep(got.wait_s)
            continue
        if isinstance(got, NoAnswer):
            raise FailedError(got.detail or got.kind.value)
        if judge(got.status) is Verdict.LATER:
            continue
        if judge(got.status) is not Verdict.GOOD or got.cut:
            raise FailedError(f"answered {got.status}, {len(got.body)} bytes")
        return got
    raise FailedError("its API wants to be left alone")
