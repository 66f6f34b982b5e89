"""What is late of a subscription's deliveries, and what only waits as is wanted."""

from bus.delivery.subscription import State, Subscription
from bus.watch.facts import NOTHING, SPANS, Objective, Waiting
from processors.watch.certificates import Certificates
from processors.watch.lagging import Backlogs
from processors.watch.subscribers import Subscribers, Told
from tests.support.watching import Watched


def late(
    stage: Watched, subscribers: Subscribers, one: Subscription, at: float, many: int
) -> int:
    """How many are late, where so many wait and nothing was tried."""
    told = Told(
        at=at,
        breakers={},
        waiting=Backlogs(waiting={"bus.retry.acme.1s": Waiting(many, 1.0)}),
        figures={span: {"acme": NOTHING} for span in SPANS},
        log_lag_s=1.0,
        certificates=Certificates(stage.prober, stage.world.clock),
    )
    return subscribers.facts([one], told)[0].late


async def test_what_waits_for_five_minutes_is_late(stage: Watched) -> None:
    """All of it, where nothing was accepted meanwhile."""
    acme = stage.world.table.all()[0]
    subscribers = Subscribers(stage.world.topology, Objective())
    found = [late(stage, subscribers, acme, n * 60.0, 200) for n in range(7)]
    assert found == [0, 0, 0, 0, 0, 200, 200]


async def test_what_waited_as_its_owner_wished_is_not_late(stage: Watched) -> None:
    """Nor in the five minutes after a pause, in which it may be made good."""
    acme = stage.world.table.all()[0]
    paused = acme.model_copy(update={"state": State.PAUSED})
    subscribers = Subscribers(stage.world.topology, Objective())
    for n in range(10):
        assert late(stage, subscribers, paused, n * 60.0, 200) == 0
    found = [late(stage, subscribers, acme, n * 60.0, 200) for n in range(10, 17)]
    assert found == [0, 0, 0, 0, 0, 200, 200]
