"""What waits for somebody on the lively bus: records put aside, jobs."""

from bus.record import Message
from processors.gateway.api import Api
from processors.gateway.jobs import Job, JobState
from tests.support.lively_stand import SHOP

_ASIDE = (
    (900, b"its first byte is 0x7b, not 0", b'{"data": {"order_id": "SO-9001"}}'),
    (901, b"its first byte is 0x7b, not 0", b'{"order_id": "SO-9002"}'),
    (902, b"the registry has no schema with id 77", b"\0\0\0\0Mjunk"),
    (903, b"no value", None),
)

_SAID = 902
"""Of which the headers say who wrote it."""


async def put_aside(api: Api) -> None:
    """Records that nobody can decode, and jobs."""
    _jobs(api)
    world = api.world
    now_ms = int(world.clock.now() * 1000)
    for offset, why, value in _ASIDE:
        said = (("ce_source", b"/oms/web"),) if offset == _SAID else ()
        headers = (
            ("x-producer", b"oms-7"),
            *said,
            ("bus-quarantine-reason", why),
            ("bus-quarantine-origin", b"oms.order/0/%d" % offset),
            ("bus-quarantine-at-ms", b"%d" % (now_ms - (910 - offset) * 60_000)),
        )
        message = Message(world.topology.quarantine, b"SO-9001", value, headers)
        await world.publisher.publish(message)


JOB = "0123456789abcdef01234567"
"""A replay that is over: some could not be sent."""


def _jobs(api: Api) -> None:
    """One that has ended, one that runs."""
    now = api.world.clock.now()
    ended = Job(JOB, "replay_dead_letters", SHOP, "acme", "", now - 90)
    ended.state, ended.ended_s = JobState.DONE, now - 30
    ended.done = ended.total = 40
    ended.asked_for = {"reasons": ["exhausted"]}
    gone = {"0afca283-2734-43dd-9f57-1be5f9b23d5a": "its content is not there any more"}
    ended.result = {"done": 38, "failed": 1, "unknown": 1, "not_sent": gone}
    runs = Job("1" * 24, "replay_dead_letters", "globex-bi", "", "", now - 10)
    runs.done, runs.total = 120, 400
    for job in (ended, runs):
        api.jobs._held[job.id] = job  # noqa: SLF001 - as if they had been begun
